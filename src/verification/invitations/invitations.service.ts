import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { EmailAddress } from '../../platform/addresses/email-address.js';
import { AppConfig } from '../../platform/config/app-config.js';
import type { Tx } from '../../platform/database/sql.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import { DomainError } from '../../platform/http/problems/domain-error.js';
import { MailService } from '../../mail/mail.service.js';
import { AuditLogService } from '../../security/audit-log/audit-log.service.js';
import { EmailChangesRepository } from '../../users/email-changes.repository.js';
import { EmailChallengesService } from '../email-challenges.service.js';
import { InvitationsRepository, type InvitationRow, type NewInvitation } from './invitations.repository.js';
import type { Inviter } from './inviters.service.js';

/**
 * The longest life of a mailed code for enrolment (NIST SP 800-63A section 4.1.6). The link, which
 * cannot be guessed, lives as long as the invitation.
 */
const MAX_CODE_SECONDS = 86_400;

/** The person to invite: address, role, attributes and language. */
export interface InvitationDetails extends Pick<NewInvitation, 'role' | 'attributes' | 'locale'> {
  readonly email: EmailAddress;
}

/** Makes, mails and withdraws invitations. Callers decide who may do so. */
@Injectable()
export class InvitationsService {
  constructor(
    private readonly config: AppConfig,
    private readonly invitations: InvitationsRepository,
    private readonly emailChanges: EmailChangesRepository,
    private readonly challenges: EmailChallengesService,
    private readonly mail: MailService,
    private readonly auditLog: AuditLogService,
  ) {}

  /** @throws DomainError `email_taken`, `invitation_pending` */
  async create(
    tx: Tx,
    { email: { address: email, key: emailKey }, ...details }: InvitationDetails,
    inviter: Inviter,
    actor: ClientContext,
  ): Promise<InvitationRow> {
    await this.checkAddressFree(tx, emailKey);
    const row = { id: randomUUID(), email, emailKey, ...details, ...inviter };
    const invitation = await this.invitations.insert(tx, row, this.config.env.INVITATION_TTL_SECONDS);
    if (!invitation) throw new DomainError('invitation_pending');
    await this.auditLog.record(
      tx,
      'invitation.created',
      { context: actor, personKey: emailKey },
      { invitationId: invitation.id, role: invitation.role },
    );
    await this.send(tx, invitation, inviter, actor);
    return invitation;
  }

  /**
   * Mails a new code and link, which replace the earlier ones, and begins the lifetime again. From
   * then on, the new inviter vouches for the invitation.
   * @param invitation whose row is locked
   * @throws DomainError `email_taken` where the address has got an account since
   */
  async renew(tx: Tx, invitation: InvitationRow, inviter: Inviter, actor: ClientContext): Promise<void> {
    await this.checkAddressFree(tx, invitation.emailKey);
    await this.invitations.renew(tx, invitation.id, inviter, this.config.env.INVITATION_TTL_SECONDS);
    const subject = { context: actor, personKey: invitation.emailKey };
    await this.auditLog.record(tx, 'invitation.resent', subject, { invitationId: invitation.id });
    await this.send(tx, invitation, inviter, actor);
  }

  /**
   * Deletes an invitation that is not accepted. A list of withdrawn invitations would be personal data
   * of people who never joined (ADR 0050).
   * @param invitation whose row is locked
   */
  async withdraw(tx: Tx, { id, emailKey }: InvitationRow, actor: ClientContext): Promise<void> {
    await this.invitations.delete(tx, id);
    await this.challenges.voidInvitation(tx, emailKey);
    const subject = { context: actor, personKey: emailKey };
    await this.auditLog.record(tx, 'invitation.withdrawn', subject, { invitationId: id });
  }

  /**
   * Locks an invitation that can be renewed or withdrawn.
   * @throws DomainError `not_found`, also for one that is accepted
   */
  async getPending(tx: Tx, id: string): Promise<InvitationRow> {
    const invitation = await this.invitations.findLocked(tx, id);
    if (!invitation || invitation.acceptedAt) throw new DomainError('not_found', { detail: 'no open invitation' });
    return invitation;
  }

  /**
   * Checks that no member has the address or can go back to it. An administrator may learn who has an
   * account.
   * @throws DomainError `email_taken`
   */
  async checkAddressFree(tx: Tx, emailKey: string): Promise<void> {
    if (await this.emailChanges.findHolder(tx, emailKey)) throw new DomainError('email_taken');
  }

  private async send(
    tx: Tx,
    { email, emailKey, role, locale }: InvitationRow,
    { invitedBy }: Inviter,
    { auditReason }: ClientContext,
  ): Promise<void> {
    // An intruder in the inviter's account could invite an administrator. So the invitation of an
    // administrator ends with the inviter's sessions (AC-22). The invitation of a member outlasts them,
    // because it gives no right over others.
    const startedBy = role === 'admin' ? (invitedBy ?? undefined) : undefined;
    const linkTtlSeconds = this.config.env.INVITATION_TTL_SECONDS;
    const codeTtlSeconds = Math.min(linkTtlSeconds, MAX_CODE_SECONDS);
    const options = { linkTtlSeconds, codeTtlSeconds, deliversToMailbox: true };
    const subject = { emailKey, startedBy };
    const { id: challengeId, code, linkToken } = await this.challenges.issue(tx, 'invitation', subject, options);
    const link = this.config.invitationLink(linkToken);
    const data = {
      code,
      link,
      // For another device: the same page without the secret behind the #.
      page: link.split('#')[0]!,
      codeHours: Math.ceil(codeTtlSeconds / 3600),
      expiresAt: new Date(Date.now() + linkTtlSeconds * 1000).toISOString(),
      isAdmin: role === 'admin' ? (1 as const) : undefined,
      reason: auditReason,
    };
    const recipient = { memberId: null, email, locale };
    await this.mail.queue(tx, 'invitation', recipient, data, { challengeId, lifetimeSeconds: linkTtlSeconds });
  }
}
