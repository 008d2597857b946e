import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/database/database.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import type { MemberPrincipal } from '../../platform/http/principal.js';
import { hashOwner } from '../../security/passwords/fair-shares.js';
import { PasswordsService } from '../../security/passwords/passwords.service.js';
import { IpLimitsService } from '../../security/rate-limits/ip-limits.service.js';
import { ReauthenticationService } from '../../sessions/reauthentication/reauthentication.service.js';
import { AccessRevocationService } from '../../sessions/revocation/access-revocation.service.js';
import { MembersRepository } from '../../users/members.repository.js';
import { AccountNotificationsService } from '../account-notifications.service.js';

/** Changes the password of a signed-in member. */
@Injectable()
export class PasswordChangeService {
  constructor(
    private readonly database: Database,
    private readonly members: MembersRepository,
    private readonly passwords: PasswordsService,
    private readonly reauthentication: ReauthenticationService,
    private readonly ipLimits: IpLimitsService,
    private readonly access: AccessRevocationService,
    private readonly notifications: AccountNotificationsService,
  ) {}

  /**
   * Sets the new password, ends all other sessions and voids every open challenge. A wrong current
   * password counts like a failed login, so that a stolen session cannot be used to guess it
   * (PW-05).
   * @throws DomainError `invalid_credentials`, `session_ended`, `validation_failed`,
   * `password_too_common`, `too_many_requests`, `overloaded`
   */
  async change(
    principal: MemberPrincipal,
    currentPassword: string,
    newPassword: string,
    context: ClientContext,
  ): Promise<void> {
    const { memberId, sessionId } = principal;
    await this.ipLimits.takeRequest(context);
    const candidate = await this.reauthentication.confirmPassword(principal, currentPassword, context);
    const passwordHash = await this.passwords.hashNew(newPassword, candidate, 'newPassword', {
      owner: hashOwner(context, memberId),
    });
    await this.database.transaction(async (tx) => {
      // Of parallel changes with the same current password, one wins (CC-06).
      const { member } = await this.reauthentication.asConfirmedMember(tx, principal, candidate);
      await this.members.setPassword(tx, memberId, passwordHash);
      await this.access.revokeAll(tx, memberId, 'password-changed', context, sessionId);
      await this.notifications.notifyPasswordChanged(tx, principal, member, context);
    });
  }
}
