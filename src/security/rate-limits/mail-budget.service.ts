import { Injectable } from '@nestjs/common';
import { mailboxKey, mailBudgetKey } from '../../platform/addresses/email-address.js';
import { AppConfig } from '../../platform/config/app-config.js';
import { Limiters, type Limiter } from './limiters.js';

const HOUR = 3600;
/**
 * The budget of a mailbox over all its +tags, as a multiple of the budget of one address. More than
 * 1, because members do use tags.
 */
const MAILBOX_FACTOR = 4;
/**
 * The share of the hourly budget that claims may use. The rest is enough for recovery, because a
 * single recovery mail lets the owner in.
 */
const CLAIM_SHARE = 4 / 5;

/**
 * Limits how much mail an outsider can cause to one address, over all kinds of mail (BF-08).
 *
 * - A recovery mail helps the owner of the address. The request may name a login ID besides the
 *   address.
 * - A claim mail goes to an address that a sign-up or an address change claims; it does not help
 *   the owner. Claims have a share of the hour and a cooldown of their own, so that an attacker
 *   cannot use up the owner's recovery mails.
 * - A notification has no cooldown.
 *
 * The budget is taken before the address is looked up, so that the limits do not reveal whether it
 * is known (EN-02). When no mail was sent, {@link refundUndelivered} moves the count from the
 * address to that exact request.
 */
@Injectable()
export class MailBudgetService {
  private readonly cooldown: Limiter;
  private readonly addressHour: Limiter;
  private readonly mailboxHour: Limiter;
  private readonly addressClaims: Limiter;
  private readonly mailboxClaims: Limiter;

  constructor(limiters: Limiters, { env }: AppConfig) {
    const perHour = env.MAILS_PER_ADDRESS_PER_HOUR;
    const claimsPerHour = Math.max(1, Math.floor(perHour * CLAIM_SHARE));
    this.cooldown = limiters.make('mail-cooldown', 1, env.CODE_RESEND_SECONDS);
    this.addressHour = limiters.make('mail-hour', perHour, HOUR);
    this.mailboxHour = limiters.make('mailbox-hour', perHour * MAILBOX_FACTOR, HOUR);
    this.addressClaims = limiters.make('mail-hour-claims', claimsPerHour, HOUR);
    this.mailboxClaims = limiters.make('mailbox-hour-claims', claimsPerHour * MAILBOX_FACTOR, HOUR);
  }

  /**
   * Takes one recovery mail from the budget of an address.
   * @param loginId the login ID that the request names; each pair of login ID and address has its
   *   own cooldown
   * @returns false while the cooldown lasts or when the hour is used up
   */
  async takeForRecovery(emailKey: string, loginId: string | null): Promise<boolean> {
    if (!(await this.cooldown.take(requestKey(emailKey, loginId))).isAllowed) return false;
    if (loginId === null && !(await this.cooldown.take(mailBudgetKey(emailKey))).isAllowed) return false;
    return this.takeHour(emailKey, loginId);
  }

  /**
   * Takes one mail to an address that a sign-up or an address change claims.
   * @returns as {@link takeForRecovery}
   */
  async takeForClaim(emailKey: string): Promise<boolean> {
    const address = mailBudgetKey(emailKey);
    if (!(await this.cooldown.take(claimKey(address))).isAllowed) return false;
    if (!(await this.addressClaims.take(address)).isAllowed) return false;
    if (!(await this.mailboxClaims.take(mailboxKey(emailKey))).isAllowed) return false;
    return this.takeHour(emailKey, null);
  }

  /**
   * Takes one notification that an outsider can cause. It starts no cooldown: an attacker who locks
   * an account would otherwise also delay the reset mail that its owner needs then (BF-04).
   * @returns false when the hour is used up
   */
  async takeForNotification(emailKey: string): Promise<boolean> {
    return this.takeHour(emailKey, null);
  }

  /**
   * Call this when no mail was sent after {@link takeForRecovery}. The mail is refunded to the
   * address and its mailbox: an attacker could otherwise use up the owner's budget unnoticed, with
   * wrong login IDs, other dots or unknown tags. The same request stays counted until the end of
   * the same hour, so that repeating it does not reveal the refund (EN-07). Never throws.
   */
  async refundUndelivered(emailKey: string, loginId: string | null): Promise<void> {
    const address = mailBudgetKey(emailKey);
    await Promise.allSettled([
      this.mailboxHour.refund(mailboxKey(emailKey)),
      ...(loginId === null ? [this.cooldown.reset(address)] : []),
      this.moveHour(address, requestKey(emailKey, loginId)),
    ]);
  }

  /**
   * Refunds a recovery mail whose code or link was used: it was wanted, so the member may start the
   * next request at once. Only the owner of the mailbox can cause this. Never throws; a failure
   * costs the member a cooldown.
   */
  async refund(emailKey: string, loginId: string | null): Promise<void> {
    const address = mailBudgetKey(emailKey);
    await Promise.allSettled([
      this.cooldown.reset(requestKey(emailKey, loginId)),
      ...(loginId === null ? [this.cooldown.reset(address)] : []),
      this.addressHour.refund(address),
      this.mailboxHour.refund(mailboxKey(emailKey)),
    ]);
  }

  /** As {@link refund}, for a mail of {@link takeForClaim}. */
  async refundClaim(emailKey: string): Promise<void> {
    const address = mailBudgetKey(emailKey);
    await Promise.allSettled([
      this.cooldown.reset(claimKey(address)),
      this.addressClaims.refund(address),
      this.mailboxClaims.refund(mailboxKey(emailKey)),
      this.addressHour.refund(address),
      this.mailboxHour.refund(mailboxKey(emailKey)),
    ]);
  }

  private async takeHour(emailKey: string, loginId: string | null): Promise<boolean> {
    // Undelivered requests count too. One with a login ID also counts those without: if they had
    // been delivered, they would have counted for the address, and so for every request to it.
    const loginIds = loginId === null ? [null] : [null, loginId];
    const undelivered = await Promise.all(loginIds.map((id) => this.addressHour.peek(requestKey(emailKey, id))));
    const undeliveredPoints = undelivered.reduce((sum, { points }) => sum + points, 0);
    if (!(await this.addressHour.take(mailBudgetKey(emailKey), undeliveredPoints)).isAllowed) return false;
    return (await this.mailboxHour.take(mailboxKey(emailKey))).isAllowed;
  }

  /** Moves one count of the hour from an address to a request, where it ends at the same moment. */
  private async moveHour(address: string, request: string): Promise<void> {
    const { retryAfterSeconds } = await this.addressHour.peek(address);
    await this.addressHour.refund(address);
    await this.addressHour.count(request, retryAfterSeconds);
  }
}

/**
 * Counts a recovery request as submitted, with dots and tags. No address contains a space, so this
 * key never equals that of an address.
 */
function requestKey(emailKey: string, loginId: string | null): string {
  return `asked ${loginId ?? ''} ${emailKey}`;
}

/** Counts the cooldown after a claim mail. */
function claimKey(address: string): string {
  return `claim ${address}`;
}
