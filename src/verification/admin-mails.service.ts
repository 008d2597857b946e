import { Injectable } from '@nestjs/common';
import { maskLoginId } from '../users/login-id.js';
import { AppConfig } from '../platform/config/app-config.js';
import type { Tx } from '../platform/database/sql.js';
import { recipientOf } from '../mail/mail-recipient.js';
import { MailService } from '../mail/mail.service.js';
import type { AdminActionKind, SetPasswordReason } from '../mail/templates/mail-template.js';
import type { Member } from '../users/member.entity.js';
import { VerificationService } from './verification.service.js';

/** Mails to a member about what an administrator did. They say what and when; who and from where is in the audit. */
@Injectable()
export class AdminMailsService {
  constructor(
    private readonly config: AppConfig,
    private readonly verification: VerificationService,
    private readonly mail: MailService,
  ) {}

  async notify(tx: Tx, member: Member, what: AdminActionKind): Promise<void> {
    await this.mail.queue(tx, 'admin-action', recipientOf(member), { ...aboutNow(member), what });
  }

  /** The only way to a password for an account that somebody else made or reset: its own mailbox (AD-02). */
  async inviteToSetPassword(tx: Tx, member: Member, why: SetPasswordReason): Promise<void> {
    const linkTtlSeconds = this.config.env.RESET_LINK_TTL_SECONDS;
    const subject = { emailKey: member.emailKey, memberId: member.id };
    const proof = await this.verification.issue(tx, 'password-reset', subject, { linkTtlSeconds, isMailed: true });
    await this.mail.queue(
      tx,
      'set-password',
      recipientOf(member),
      {
        ...aboutNow(member),
        link: this.config.resetLink(proof.linkToken),
        linkMinutes: Math.ceil(linkTtlSeconds / 60),
        why,
      },
      { proofId: proof.id, lifetimeSeconds: linkTtlSeconds },
    );
  }
}

function aboutNow({ name, loginId }: Member): { name: string | undefined; loginIdMasked: string; at: string } {
  return { name: name ?? undefined, loginIdMasked: maskLoginId(loginId), at: new Date().toISOString() };
}
