import { Injectable } from '@nestjs/common';
import { maskEmail } from '../../platform/addresses/email-address.js';
import { coarseNetwork } from '../../platform/addresses/ip-address.js';
import { AppConfig } from '../../platform/config/app-config.js';
import type { Tx } from '../../platform/database/sql.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import { recipientOf } from '../../mail/mail-recipient.js';
import { MailService } from '../../mail/mail.service.js';
import { maskLoginId } from '../../users/login-id.js';
import type { Member } from '../../users/member.entity.js';
import { EmailChangesRepository } from '../../users/email-changes.repository.js';
import { MembersRepository } from '../../users/members.repository.js';
import { challengeMailData, requestOrigin } from '../../verification/challenge-mail.js';
import { EmailChallengesService } from '../../verification/email-challenges.service.js';

/** An address as the member typed it, and in the form in which addresses are compared. */
export interface NewAddress {
  readonly email: string;
  readonly emailKey: string;
}

/**
 * Sends the mails of an address change: the challenge to the new address, the notification to the
 * previous one.
 */
@Injectable()
export class EmailChangeMailsService {
  constructor(
    private readonly config: AppConfig,
    private readonly members: MembersRepository,
    private readonly emailChanges: EmailChangesRepository,
    private readonly emailChallenges: EmailChallengesService,
    private readonly mail: MailService,
  ) {}

  /**
   * Sends a challenge to the new address.
   * @param mayMail whether the mail budget of the address allows a mail. If not, the request gets
   * another request id for the code that the member was mailed at this address before; if there is
   * none, an id that no code matches
   */
  async requestProof(
    tx: Tx,
    memberId: string,
    address: NewAddress,
    mayMail: boolean,
    context: ClientContext,
  ): Promise<string> {
    const { emailKey } = address;
    const openId = mayMail ? null : await this.emailChallenges.findOpen(tx, emailKey, 'email-change', { memberId });
    const challengeId = openId ?? (await this.sendChallenge(tx, memberId, address, mayMail, context));
    return this.emailChallenges.addRequest(tx, challengeId);
  }

  /**
   * Issues a challenge and mails it to the new address. If `mayMail` is false, or another member has
   * the address or can still go back to it, the same rows are written but no mail is sent: neither
   * the response nor its time shows which addresses are taken (EN-08).
   * @returns the id of the challenge
   */
  private async sendChallenge(
    tx: Tx,
    memberId: string,
    { email, emailKey }: NewAddress,
    mayMail: boolean,
    context: ClientContext,
  ): Promise<string> {
    const linkTtlSeconds = this.config.env.RESET_LINK_TTL_SECONDS;
    const member = await this.members.get(tx, memberId);
    const isFree = await this.isFree(tx, memberId, emailKey);
    const deliversToMailbox = mayMail && isFree;
    const subject = { emailKey, memberId, newEmail: email, oldEmailKey: member.emailKey };
    const options = { linkTtlSeconds, deliversToMailbox };
    const challenge = await this.emailChallenges.issue(tx, 'email-change', subject, options);
    const link = this.config.confirmEmailLink(challenge.linkToken);
    await this.mail.queue(
      tx,
      'email-change',
      { ...recipientOf(member), email },
      challengeMailData(this.config, member, challenge, link, requestOrigin(context)),
      { challengeId: challenge.id, withhold: !deliversToMailbox, lifetimeSeconds: linkTtlSeconds },
    );
    return challenge.id;
  }

  /** Whether the member may take this address. Members may go back to an address of their own. */
  private async isFree(tx: Tx, memberId: string, emailKey: string): Promise<boolean> {
    const holder = await this.emailChanges.findHolder(tx, emailKey);
    return holder === null || (holder.id === memberId && holder.reservedUntil !== null);
  }

  /**
   * Notifies the previous address, with a link that undoes the change.
   * @param before the member before the change
   * @param undoToken null for a change that itself undoes an earlier one
   */
  async notifyPreviousAddress(
    tx: Tx,
    before: Member,
    newEmail: string,
    undoToken: string | null,
    context: ClientContext,
  ): Promise<void> {
    await this.mail.queue(tx, 'email-changed', recipientOf(before), {
      name: before.name ?? undefined,
      loginIdMasked: maskLoginId(before.loginId),
      newEmailMasked: maskEmail(newEmail),
      undoLink: undoToken === null ? undefined : this.config.undoEmailLink(undoToken),
      undoDays: Math.floor(this.config.env.EMAIL_UNDO_SECONDS / 86_400), // no day that is not whole
      at: new Date().toISOString(),
      network: coarseNetwork(context.ip),
    });
  }
}
