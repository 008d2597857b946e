import { Injectable } from '@nestjs/common';
import { mailboxKey, mailBudgetKey } from '../../platform/addresses/email-address.js';
import { AppConfig } from '../../platform/config/app-config.js';
import { Limiters, type Limiter } from './limiters.js';

const HOUR = 3600;
/** A mailbox gets this many times the share of one address, over all its +tags: tags are used in earnest too. */
const MAILBOX_FACTOR = 4;
/** Claims get this part of the mails of an hour at the most: four of five. What remains is enough, as each recovery mail lets its owner in. */
const CLAIM_SHARE = 4 / 5;

/**
 * How much mail an outsider can cause to one address, over all kinds of mail (BF-08).
 *
 * Mails for somebody who claims the address, by a sign-up or an address change, lead its owner nowhere. They get a share
 * of the hour and minutes of waiting of their own: otherwise whoever knows an address could keep all recovery mail from it.
 *
 * All is taken before it is looked up whether anybody has the address, so that the budget itself tells nothing (EN-02).
 * What was taken for a recovery that nobody is mailed for then moves to a count of exactly that request, see {@link refundUndelivered}.
 */
@Injectable()
export class MailBudgetService {
  private readonly cooldown: Limiter;
  private readonly hourly: Limiter;
  private readonly mailbox: Limiter;
  private readonly hourlyClaims: Limiter;
  private readonly mailboxClaims: Limiter;

  constructor(limiters: Limiters, { env }: AppConfig) {
    const perHour = env.MAILS_PER_ADDRESS_PER_HOUR;
    const claimsPerHour = Math.max(1, Math.floor(perHour * CLAIM_SHARE));
    this.cooldown = limiters.make('mail-cooldown', 1, env.CODE_RESEND_SECONDS);
    this.hourly = limiters.make('mail-hour', perHour, HOUR);
    this.mailbox = limiters.make('mailbox-hour', perHour * MAILBOX_FACTOR, HOUR);
    this.hourlyClaims = limiters.make('mail-hour-claims', claimsPerHour, HOUR);
    this.mailboxClaims = limiters.make('mailbox-hour-claims', claimsPerHour * MAILBOX_FACTOR, HOUR);
  }

  /**
   * Takes one recovery mail from the budget of this canonical address; false when there is none left, or too soon.
   * @param loginId what the request names besides. Such requests have a minute of waiting for each pair, right or wrong.
   */
  async takeForRecovery(emailKey: string, loginId: string | null): Promise<boolean> {
    if (!(await this.cooldown.take(askedFor(emailKey, loginId))).isAllowed) return false;
    if (loginId === null && !(await this.cooldown.take(mailBudgetKey(emailKey))).isAllowed) return false;
    return this.takeHour(emailKey, loginId);
  }

  /** As {@link takeForRecovery}, for a mail to an address that somebody claims. */
  async takeForClaim(emailKey: string): Promise<boolean> {
    const address = mailBudgetKey(emailKey);
    if (!(await this.cooldown.take(claimOf(address))).isAllowed) return false;
    if (!(await this.hourlyClaims.take(address)).isAllowed) return false;
    if (!(await this.mailboxClaims.take(mailboxKey(emailKey))).isAllowed) return false;
    return this.takeHour(emailKey, null);
  }

  /**
   * As {@link takeForRecovery}, for a notice that nobody asked for: it counts for the hour, but begins no minute of waiting.
   * Otherwise an attacker who makes an account wait would also keep the reset mail from its owner, who needs it now (BF-04).
   */
  async takeNotice(emailKey: string): Promise<boolean> {
    return this.takeHour(emailKey, null);
  }

  /**
   * Nobody was mailed after {@link takeForRecovery}, so no mail is missing from the address and its mailbox: or whoever
   * asks with wrong login IDs, other dots or tags that nobody has would use up, unseen, what the owner needs. The same
   * request goes on to be counted as if it had been mailed, until the same moment: or asking again would tell (EN-07).
   * Never throws.
   */
  async refundUndelivered(emailKey: string, loginId: string | null): Promise<void> {
    const address = mailBudgetKey(emailKey);
    await Promise.allSettled([
      this.mailbox.refund(mailboxKey(emailKey)),
      ...(loginId === null ? [this.cooldown.reset(address)] : []),
      this.moveHour(address, askedFor(emailKey, loginId)),
    ]);
  }

  /**
   * Gives a mail back that was answered with a proof: it was wanted, so it was no nuisance, and its owner may go straight
   * on to another request. Somebody without the mailbox never gets here. Best effort; a failure costs a minute of waiting.
   */
  async refund(emailKey: string, loginId: string | null): Promise<void> {
    const address = mailBudgetKey(emailKey);
    await Promise.allSettled([
      this.cooldown.reset(askedFor(emailKey, loginId)),
      ...(loginId === null ? [this.cooldown.reset(address)] : []),
      this.hourly.refund(address),
      this.mailbox.refund(mailboxKey(emailKey)),
    ]);
  }

  /** As {@link refund}, for a mail to an address that somebody claimed. */
  async refundClaim(emailKey: string): Promise<void> {
    const address = mailBudgetKey(emailKey);
    await Promise.allSettled([
      this.cooldown.reset(claimOf(address)),
      this.hourlyClaims.refund(address),
      this.mailboxClaims.refund(mailboxKey(emailKey)),
      this.hourly.refund(address),
      this.mailbox.refund(mailboxKey(emailKey)),
    ]);
  }

  private async takeHour(emailKey: string, loginId: string | null): Promise<boolean> {
    // With a login ID, what was asked for without one counts too: mailed, it would count for the address and so for both.
    const kinds = loginId === null ? [null] : [null, loginId];
    const unsent = await Promise.all(kinds.map((kind) => this.hourly.peek(askedFor(emailKey, kind))));
    const unsentPoints = unsent.reduce((sum, { points }) => sum + points, 0);
    if (!(await this.hourly.take(mailBudgetKey(emailKey), unsentPoints)).isAllowed) return false;
    return (await this.mailbox.take(mailboxKey(emailKey))).isAllowed;
  }

  private async moveHour(address: string, asked: string): Promise<void> {
    const { retryAfterSeconds } = await this.hourly.peek(address);
    await this.hourly.refund(address);
    await this.hourly.count(asked, retryAfterSeconds);
  }
}

/** What requests for a recovery are counted by where they are not counted by mails: as asked, dots and tags included. No address holds a space. */
function askedFor(emailKey: string, loginId: string | null): string {
  return `asked ${loginId ?? ''} ${emailKey}`;
}

/** What the minute after a mail for a claim is counted by. */
function claimOf(address: string): string {
  return `claim ${address}`;
}
