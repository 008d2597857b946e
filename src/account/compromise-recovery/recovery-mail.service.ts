import { Injectable } from '@nestjs/common';
import { AppConfig } from '../../platform/config/app-config.js';
import type { Tx } from '../../platform/database/sql.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import { recipientOf } from '../../mail/mail-recipient.js';
import { MailService } from '../../mail/mail.service.js';
import type { AccountRecoveryKind } from '../../mail/templates/mail-kinds.js';
import { MembersRepository } from '../../users/members.repository.js';
import { challengeMailData, requestOrigin } from '../../verification/challenge-mail.js';
import { EmailChallengesService } from '../../verification/email-challenges.service.js';

/** The mailed link whose button recovered the account. */
export interface UsedLink {
  readonly token: string;
  readonly kind: AccountRecoveryKind;
}

/** Mails the member a code and a link for a new password, after the account was recovered. */
@Injectable()
export class RecoveryMailService {
  constructor(
    private readonly config: AppConfig,
    private readonly members: MembersRepository,
    private readonly emailChallenges: EmailChallengesService,
    private readonly mail: MailService,
  ) {}

  /**
   * The token of the used link serves as the request id of the code, so that the code can be typed
   * on the page where the button was pressed. Alone, it opens nothing.
   */
  async send(tx: Tx, memberId: string, usedLink: UsedLink, context: ClientContext): Promise<void> {
    const linkTtlSeconds = this.config.env.RESET_LINK_TTL_SECONDS;
    const member = await this.members.get(tx, memberId);
    const subject = { emailKey: member.emailKey, memberId };
    const options = { linkTtlSeconds, deliversToMailbox: true };
    const challenge = await this.emailChallenges.issue(tx, 'password-reset', subject, options);
    await this.emailChallenges.addRequestId(tx, challenge.id, usedLink.token);
    const link = this.config.resetLink(challenge.linkToken);
    const mailData = challengeMailData(this.config, member, challenge, link, requestOrigin(context));
    await this.mail.queue(
      tx,
      'password-reset',
      recipientOf(member),
      { ...mailData, after: usedLink.kind },
      { challengeId: challenge.id, lifetimeSeconds: linkTtlSeconds },
    );
  }
}
