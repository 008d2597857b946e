import { Injectable } from '@nestjs/common';
import { maskLoginId } from '../users/login-id.js';
import { AppConfig } from '../platform/config/app-config.js';
import type { Tx } from '../platform/database/sql.js';
import { recipientOf } from '../mail/mail-recipient.js';
import { MailService } from '../mail/mail.service.js';
import type { SetPasswordReason } from '../mail/templates/mail-kinds.js';
import type { Member } from '../users/member.entity.js';
import { EmailChallengesService } from './email-challenges.service.js';

/**
 * Mails members a link to set their password, after the command line created the account or an
 * administrator demanded a new password. An administrator never learns or sets a password (AD-02). The
 * link still works after the administrator has lost the right. It goes to the member's own mailbox, so
 * it gives a former administrator nothing.
 */
@Injectable()
export class PasswordInvitationsService {
  constructor(
    private readonly config: AppConfig,
    private readonly challenges: EmailChallengesService,
    private readonly mail: MailService,
  ) {}

  /** @param reason of an administrator, in their own words */
  async send(tx: Tx, member: Member, why: SetPasswordReason, reason?: string): Promise<void> {
    const linkTtlSeconds = this.config.env.RESET_LINK_TTL_SECONDS;
    const subject = { emailKey: member.emailKey, memberId: member.id };
    const options = { linkTtlSeconds, deliversToMailbox: true };
    const challenge = await this.challenges.issue(tx, 'password-reset', subject, options);
    await this.mail.queue(
      tx,
      'set-password',
      recipientOf(member),
      {
        name: member.name ?? undefined,
        loginIdMasked: maskLoginId(member.loginId),
        at: new Date().toISOString(),
        link: this.config.resetLink(challenge.linkToken),
        linkMinutes: Math.ceil(linkTtlSeconds / 60),
        why,
        reason,
      },
      { challengeId: challenge.id, lifetimeSeconds: linkTtlSeconds },
    );
  }
}
