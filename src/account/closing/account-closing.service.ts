import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/database/database.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import type { MemberPrincipal } from '../../platform/http/principal.js';
import { DomainError } from '../../platform/http/problems/domain-error.js';
import { PendingProofsService } from '../../mfa/challenges/pending-proofs.service.js';
import { ReauthenticationService } from '../../sessions/reauthentication/reauthentication.service.js';
import { SessionRevocationService } from '../../sessions/revocation/session-revocation.service.js';
import { MemberAdministrationRepository } from '../../users/member-administration.repository.js';
import { AccountNotificationsService } from '../account-notifications.service.js';

/**
 * Closes the account of a member who asks for this. The account is erased after a grace period, in
 * which a login restores it.
 */
@Injectable()
export class AccountClosingService {
  constructor(
    private readonly database: Database,
    private readonly members: MemberAdministrationRepository,
    private readonly reauthentication: ReauthenticationService,
    private readonly sessions: SessionRevocationService,
    private readonly pendingProofs: PendingProofsService,
    private readonly notifications: AccountNotificationsService,
  ) {}

  /** @throws DomainError `invalid_credentials`, `overloaded`, `session_ended`, `reauth_required`, `last_admin` */
  async close(principal: MemberPrincipal, password: string | undefined, context: ClientContext): Promise<void> {
    const { memberId } = principal;
    const confirmed = await this.reauthentication.confirmMember(principal, password, context);
    await this.database.transaction(async (tx) => {
      await this.members.lockAdministrators(tx);
      const { member } = await this.reauthentication.asConfirmedMember(tx, principal, confirmed);
      if (!(await this.members.close(tx, memberId))) throw new DomainError('last_admin');
      // Codes and links, and logins that wait for a second factor or a consent: one that is completed would
      // restore the account.
      await this.pendingProofs.voidAllOf(tx, memberId);
      await this.sessions.endAll(tx, memberId, 'account-closed', context);
      await this.notifications.notifyClosed(tx, principal, member, context);
    });
  }
}
