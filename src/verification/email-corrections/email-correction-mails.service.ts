import { Injectable } from '@nestjs/common';
import { recipientOf } from '../../mail/mail-recipient.js';
import { MailService } from '../../mail/mail.service.js';
import type { EmailAddress } from '../../platform/addresses/email-address.js';
import { AppConfig } from '../../platform/config/app-config.js';
import type { Tx } from '../../platform/database/sql.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import { maskLoginId } from '../../users/login-id.js';
import type { Member } from '../../users/member.entity.js';
import { EmailChallengesService } from '../email-challenges.service.js';

/**
 * Mails the link that confirms an address which an administrator entered for a member. The link stops
 * working when the role or the sessions of the administrator are revoked: an intruder in the
 * administrator's account could have sent it to a mailbox of their own (AC-24).
 */
@Injectable()
export class EmailCorrectionMailsService {
  constructor(
    private readonly config: AppConfig,
    private readonly challenges: EmailChallengesService,
    private readonly mail: MailService,
  ) {}

  /** Replaces a change of the address that waits for its confirmation. */
  async send(
    tx: Tx,
    member: Member,
    { address: newEmail, key: emailKey }: EmailAddress,
    { auditReason, actorId }: ClientContext,
  ): Promise<void> {
    const linkTtlSeconds = this.config.env.RESET_LINK_TTL_SECONDS;
    const subject = { emailKey, memberId: member.id, newEmail, oldEmailKey: member.emailKey, startedBy: actorId };
    const options = { linkTtlSeconds, deliversToMailbox: true };
    const { id: challengeId, linkToken } = await this.challenges.issue(tx, 'email-change', subject, options);
    const data = {
      name: member.name ?? undefined,
      loginIdMasked: maskLoginId(member.loginId),
      at: new Date().toISOString(),
      link: this.config.confirmEmailLink(linkToken),
      linkMinutes: Math.ceil(linkTtlSeconds / 60),
      reason: auditReason,
    };
    const recipient = { ...recipientOf(member), email: newEmail };
    await this.mail.queue(tx, 'email-correction', recipient, data, { challengeId, lifetimeSeconds: linkTtlSeconds });
  }
}
