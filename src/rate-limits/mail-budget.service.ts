import { Injectable } from '@nestjs/common';
import { mailboxKey, mailBudgetKey } from '../common/email-address.js';
import { AppConfig } from '../config/app-config.js';
import { Limiters, type Limiter } from './limiters.js';

const HOUR = 3600;
/** A mailbox gets this many times the share of one address, over all its +tags: tags are used in earnest too. */
const MAILBOX_FACTOR = 4;
/** Claims get this part of the mails of an hour at the most: two of five. */
const CLAIM_SHARE = 2 / 5;

/**
 * How much mail an outsider can cause to one address, over all kinds of mail (BF-08).
 *
 * Mails for somebody who claims the address, by a sign-up or an address change, lead its owner nowhere. They get a share
 * of the hour and minutes of waiting of their own: otherwise whoever knows an address could keep all recovery mail from it.
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
   * Takes one recovery mail from the budget of this canonical address; false when there is none left. Asked before it is
   * looked up whether anybody has the address, so that the budget itself tells nothing (EN-02).
   */
  async take(emailKey: string): Promise<boolean> {
    if (!(await this.cooldown.take(mailBudgetKey(emailKey))).isAllowed) return false;
    return this.takeNotice(emailKey);
  }

  /** As {@link take}, for a mail to an address that somebody claims. */
  async takeForClaim(emailKey: string): Promise<boolean> {
    const address = mailBudgetKey(emailKey);
    if (!(await this.cooldown.take(claimOf(address))).isAllowed) return false;
    if (!(await this.hourlyClaims.take(address)).isAllowed) return false;
    if (!(await this.mailboxClaims.take(mailboxKey(emailKey))).isAllowed) return false;
    return this.takeNotice(emailKey);
  }

  /**
   * As {@link take}, for a notice that nobody asked for: it counts for the hour, but begins no minute of waiting. Otherwise
   * an attacker who makes an account wait would also keep the reset mail from its owner, who needs it now (BF-04).
   */
  async takeNotice(emailKey: string): Promise<boolean> {
    if (!(await this.hourly.take(mailBudgetKey(emailKey))).isAllowed) return false;
    return (await this.mailbox.take(mailboxKey(emailKey))).isAllowed;
  }

  /**
   * Gives a mail back that was answered with a proof: it was wanted, so it was no nuisance, and its owner may go straight
   * on to another request. Somebody without the mailbox never gets here. Best effort; a failure costs a minute of waiting.
   */
  async giveBack(emailKey: string): Promise<void> {
    const address = mailBudgetKey(emailKey);
    const counters = [
      this.cooldown.reset(address),
      this.hourly.giveBack(address),
      this.mailbox.giveBack(mailboxKey(emailKey)),
    ];
    await Promise.allSettled(counters);
  }

  /** As {@link giveBack}, for a mail to an address that somebody claimed. */
  async giveBackClaim(emailKey: string): Promise<void> {
    const address = mailBudgetKey(emailKey);
    const counters = [
      this.cooldown.reset(claimOf(address)),
      this.hourlyClaims.giveBack(address),
      this.mailboxClaims.giveBack(mailboxKey(emailKey)),
      this.hourly.giveBack(address),
      this.mailbox.giveBack(mailboxKey(emailKey)),
    ];
    await Promise.allSettled(counters);
  }
}

/** What the minute after a mail for a claim is counted by. No address holds a space. */
function claimOf(address: string): string {
  return `claim ${address}`;
}
