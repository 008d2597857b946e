import { Injectable } from '@nestjs/common';
import { adminContext } from '../../platform/http/administration/admin-context.js';
import { AdminWritesService } from '../../mfa/administrators/admin-writes.service.js';
import { InvitationsRepository } from '../../verification/invitations/invitations.repository.js';
import { InvitationsService, type InvitationDetails } from '../../verification/invitations/invitations.service.js';
import type { Inviter } from '../../verification/invitations/inviters.service.js';
import { MailBudgetService } from '../../security/rate-limits/mail-budget.service.js';
import { Database } from '../../platform/database/database.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import { isApiKey, type Principal } from '../../platform/http/principal.js';
import { DomainError } from '../../platform/http/problems/domain-error.js';
import type { ListedInvitation } from './invitation-directory.service.js';

/** Invitations that administrators and API keys create, mail again and withdraw. */
@Injectable()
export class InvitationAdministrationService {
  constructor(
    private readonly database: Database,
    private readonly writes: AdminWritesService,
    private readonly repository: InvitationsRepository,
    private readonly invitations: InvitationsService,
    private readonly mailBudget: MailBudgetService,
  ) {}

  /**
   * @throws DomainError `email_taken`, `invitation_pending`, `too_many_requests`; `person_required` if
   * an API key invites an administrator
   */
  async invite(admin: Principal, details: InvitationDetails, context: ClientContext): Promise<ListedInvitation> {
    checkRole(admin, details.role);
    // Early checks, so that a refused request does not use up the mail budget of the address.
    await this.database.transaction(async (tx) => {
      await this.writes.asAdministrator(tx, admin);
      await this.invitations.checkAddressFree(tx, details.email.key);
      const pending = await this.repository.findPending(tx, details.email.key);
      if (pending && !pending.isExpired) throw new DomainError('invitation_pending');
    });
    await this.takeMail(details.email.key);
    const invitation = await this.database.transaction(async (tx) => {
      await this.writes.asAdministrator(tx, admin);
      return this.invitations.create(tx, details, inviterOf(admin), adminContext(admin, context));
    });
    return { ...invitation, status: 'open' };
  }

  /** @throws DomainError `not_found`, `email_taken`, `too_many_requests`, `person_required` */
  async resend(admin: Principal, id: string, context: ClientContext): Promise<void> {
    const known = await this.database.transaction(async (tx) => {
      await this.writes.asAdministrator(tx, admin);
      const invitation = await this.invitations.getPending(tx, id);
      await this.invitations.checkAddressFree(tx, invitation.emailKey);
      return invitation;
    });
    checkRole(admin, known.role);
    await this.takeMail(known.emailKey);
    await this.database.transaction(async (tx) => {
      await this.writes.asAdministrator(tx, admin);
      const invitation = await this.invitations.getPending(tx, id);
      await this.invitations.renew(tx, invitation, inviterOf(admin), adminContext(admin, context));
    });
  }

  /** @throws DomainError `not_found` */
  async withdraw(admin: Principal, id: string, context: ClientContext): Promise<void> {
    await this.database.transaction(async (tx) => {
      await this.writes.asAdministrator(tx, admin);
      await this.invitations.withdraw(tx, await this.invitations.getPending(tx, id), adminContext(admin, context));
    });
  }

  /** A stolen key must not flood a mailbox. */
  private async takeMail(emailKey: string): Promise<void> {
    const { mayMail, resendAfter } = await this.mailBudget.takeForClaim(emailKey);
    if (!mayMail) throw new DomainError('too_many_requests', { retryAfter: resendAfter });
  }
}

/** Only a person with a second factor may invite an administrator, never an API key (AD-01). */
function checkRole(admin: Principal, role: string): void {
  if (role === 'admin' && isApiKey(admin)) throw new DomainError('person_required', { detail: 'a role' });
}

const inviterOf = (admin: Principal): Inviter =>
  isApiKey(admin) ? { invitedBy: null, apiKeyId: admin.apiKeyId } : { invitedBy: admin.memberId, apiKeyId: null };
