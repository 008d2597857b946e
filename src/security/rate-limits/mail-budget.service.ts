import { Injectable } from '@nestjs/common';
import { mailboxKey, mailBudgetKey } from '../../platform/addresses/email-address.js';
import { AppConfig } from '../../platform/config/app-config.js';
import { Limiters, type Limiter, type LimitOutcome } from './limiters.js';

const HOUR = 3600;
const QUARTER_OF_AN_HOUR = 900;
/**
 * The budget of a mailbox over all its +tags, as a multiple of the budget of one address. More than
 * 1, because members do use tags.
 */
const MAILBOX_FACTOR = 4;
/** How often a request looks again after parallel requests took the points that it had found free. */
const MAX_ATTEMPTS = 3;
/** The share of the hourly budget for mail that its receiver did not ask for. */
const UNWANTED_SHARE = 4 / 5;

/** A recovery request, exactly as the client submitted it. */
export interface RecoveryRequest {
  readonly emailKey: string;
  /** The recovery: each has a cooldown of its own. */
  readonly purpose: string;
  /** The login ID that the request names besides the address; each pair of both is counted apart. */
  readonly namedLoginId: string | null;
}

/** Whether a mail may go out now, and when the same request can bring the next one. */
export interface MailGrant {
  readonly mayMail: boolean;
  /**
   * Whole seconds. It depends on what clients submitted and not on accounts, so it is equal for
   * known and unknown addresses (EN-02).
   */
  readonly resendAfter: number;
}

/**
 * Limits how much mail an outsider can cause to one address (BF-08). Recoveries and claims are
 * counted by what a request submits, before the address is looked up. Only granted requests count.
 *
 * - A recovery mail helps the owner. Beyond the hourly limit, each kind of recovery request still
 *   brings one mail each quarter of an hour (BF-09). A kind is the exact address, the purpose, and
 *   the login ID if the request names one, so requests of other kinds cannot use up that mail.
 * - A claim mail goes to an address that a sign-up or an address change claims.
 * - A notice goes to a member because of such a claim or of failed logins. Claims and notices have
 *   a share of the hour, and can never take the quarters of recovery (BF-10).
 *
 * A mail whose code or link was used was wanted, so it does not count.
 */
@Injectable()
export class MailBudgetService {
  private readonly perHour: number;
  /** The part of the hour that notices leave to recovery mail. */
  private readonly reservedPerHour: number;
  private readonly cooldown: Limiter;
  private readonly recoveries: Limiter;
  private readonly recoveryQuarter: Limiter;
  /**
   * The same counts, for mails within the hourly limit. They count in the quarter too, and go out
   * even if it is used up.
   */
  private readonly countedQuarter: Limiter;
  private readonly claims: Limiter;
  private readonly mailboxClaims: Limiter;
  private readonly notices: Limiter;
  private readonly credits: Limiter;

  constructor(
    private readonly limiters: Limiters,
    { env }: AppConfig,
  ) {
    const perHour = env.MAILS_PER_ADDRESS_PER_HOUR;
    const unwantedPerHour = Math.max(1, Math.floor(perHour * UNWANTED_SHARE));
    this.perHour = perHour;
    this.reservedPerHour = perHour - unwantedPerHour;
    const make = (name: string, points: number, seconds: number) => limiters.make(name, points, seconds, 'losable');
    this.cooldown = make('mail-cooldown', 1, env.CODE_RESEND_SECONDS);
    this.recoveries = make('mail-hour', perHour, HOUR);
    this.recoveryQuarter = make('mail-quarter', 1, QUARTER_OF_AN_HOUR);
    this.countedQuarter = make('mail-quarter', Infinity, QUARTER_OF_AN_HOUR);
    this.claims = make('mail-hour-claims', unwantedPerHour, HOUR);
    this.mailboxClaims = make('mailbox-hour-claims', unwantedPerHour * MAILBOX_FACTOR, HOUR);
    this.notices = make('mail-hour-notices', unwantedPerHour, HOUR);
    this.credits = make('mail-credits', perHour, HOUR);
  }

  /** Takes one recovery mail. */
  async takeForRecovery(request: RecoveryRequest): Promise<MailGrant> {
    const { isTaken, resendAfter } = await this.takeRecovery(request);
    const mayMail = isTaken || (await this.credits.refund(recoveryKey(request)));
    return { mayMail, resendAfter };
  }

  /** Takes one mail to an address that a sign-up or an address change claims. */
  async takeForClaim(emailKey: string): Promise<MailGrant> {
    return (await this.takeClaim(emailKey)).grant;
  }

  /**
   * As {@link takeForClaim}. If the claim may be mailed, also takes a notice as {@link takeForNotice}
   * does, with one query less. The notice is taken whether a member has the address or not.
   */
  async takeForSignUp(emailKey: string): Promise<MailGrant & { readonly mayNotify: boolean }> {
    const { grant, recoveries } = await this.takeClaim(emailKey);
    return { ...grant, mayNotify: grant.mayMail && (await this.takeNotice(emailKey, recoveries)) };
  }

  private async takeClaim(emailKey: string): Promise<{ grant: MailGrant; recoveries: LimitOutcome }> {
    const { isTaken, after } = await this.limiters.takeAll(
      {
        cooldown: [this.cooldown, claimKey(emailKey)],
        claims: [this.claims, mailBudgetKey(emailKey)],
        mailboxClaims: [this.mailboxClaims, mailboxKey(emailKey)],
      },
      { recoveries: [this.recoveries, hourKey(emailKey, null)] },
    );
    const full = [after.claims, after.mailboxClaims].filter(({ isAllowed }) => !isAllowed);
    const waits = [after.cooldown, ...full].map(({ retryAfterSeconds }) => retryAfterSeconds);
    return { grant: { mayMail: isTaken, resendAfter: Math.max(...waits) }, recoveries: after.recoveries };
  }

  /**
   * Takes one notice to a member about a claim or about failed logins. It starts no cooldown and
   * uses up no recovery mail: an attacker who locks an account would otherwise also keep the reset
   * mail from its owner (BF-04). No answer depends on it.
   * @returns false when the hour is used up
   */
  async takeForNotice(emailKey: string): Promise<boolean> {
    return this.takeNotice(emailKey, await this.recoveries.peek(hourKey(emailKey, null)));
  }

  private async takeNotice(emailKey: string, { points }: LimitOutcome): Promise<boolean> {
    return (await this.notices.take(emailKey, Math.max(0, points - this.reservedPerHour))).isAllowed;
  }

  /**
   * Credits a recovery mail whose code or link was used: the next request that would have to wait
   * brings a mail at once. No announced wait changes, because an attacker would otherwise see that
   * a code of this address was used (EN-02). Never throws; a failure costs the member a cooldown.
   */
  async creditRecovery(request: RecoveryRequest): Promise<void> {
    await this.credits.count(recoveryKey(request)).catch(() => undefined);
  }

  /**
   * Refunds a claim mail whose code or link was used, so that the new address is limited like one
   * that was never claimed. Never throws.
   */
  async refundClaim(emailKey: string): Promise<void> {
    await Promise.allSettled([
      this.cooldown.reset(claimKey(emailKey)),
      this.claims.refund(mailBudgetKey(emailKey)),
      this.mailboxClaims.refund(mailboxKey(emailKey)),
    ]);
  }

  /**
   * Takes a point of the hour, or else the quarter of an hour. A parallel request may take either
   * between the two queries; then this request looks again.
   */
  private async takeRecovery(request: RecoveryRequest): Promise<{ isTaken: boolean; resendAfter: number }> {
    const kind = recoveryKey(request);
    const cooldown = [this.cooldown, kind] as const;
    const quarter = [this.recoveryQuarter, kind] as const;
    const own = [this.recoveries, hourKey(request.emailKey, request.namedLoginId)] as const;
    const others = this.countedWith(request);
    for (let attempt = 1; ; attempt += 1) {
      const before = await this.limiters.peekAll({ cooldown, quarter, own, ...others });
      const { cooldown: wait, quarter: quarterBefore, ...hours } = before;
      const points = sumOf(Object.values(hours));
      const hasHour = points < this.perHour;
      if (attempt > MAX_ATTEMPTS || !wait.isAllowed || !(hasHour || quarterBefore.isAllowed))
        return { isTaken: false, resendAfter: this.secondsToNext(before) };
      const { isTaken, after } = hasHour
        ? await this.limiters.takeAll(
            { cooldown, own: [...own, points - before.own.points], quarter: [this.countedQuarter, kind] },
            others,
          )
        : await this.limiters.takeAll({ cooldown, quarter }, { own, ...others });
      if (isTaken) return { isTaken, resendAfter: this.secondsToNext(after) };
    }
  }

  private secondsToNext({ cooldown, quarter, ...hours }: Record<'cooldown' | 'quarter' | 'own', LimitOutcome>): number {
    const secondsToHour = secondsUntilBelow(this.perHour, Object.values(hours));
    return Math.max(cooldown.retryAfterSeconds, Math.min(secondsToHour, quarter.retryAfterSeconds));
  }

  /**
   * The counts besides its own that use up the hour of a recovery request. A request with a login
   * ID also counts the requests without one. A request without a login ID does not count those with
   * one: otherwise an attacker could use up the owner's mail unnoticed, with wrong login IDs.
   */
  private countedWith({ emailKey, namedLoginId }: RecoveryRequest): Record<string, readonly [Limiter, string]> {
    return {
      claims: [this.claims, mailBudgetKey(emailKey)],
      ...(namedLoginId !== null && { unnamed: [this.recoveries, hourKey(emailKey, null)] }),
    };
  }
}

function sumOf(outcomes: readonly LimitOutcome[]): number {
  return outcomes.reduce((sum, { points }) => sum + points, 0);
}

/** Seconds until so many windows have ended that the sum of the others is below the limit. */
function secondsUntilBelow(limit: number, windows: readonly LimitOutcome[]): number {
  let sum = sumOf(windows);
  let seconds = 0;
  for (const { points, retryAfterSeconds } of windows.toSorted((a, b) => a.retryAfterSeconds - b.retryAfterSeconds)) {
    if (sum < limit) break;
    sum -= points;
    seconds = retryAfterSeconds;
  }
  return seconds;
}

/**
 * Counts a recovery request as submitted, with dots and tags. No address contains a space, so this
 * key never equals that of a claim or of an address.
 */
function recoveryKey({ purpose, emailKey, namedLoginId }: RecoveryRequest): string {
  return `${purpose} ${namedLoginId ?? ''} ${emailKey}`;
}

/** Counts the recovery mails of an hour, over all purposes. */
function hourKey(emailKey: string, namedLoginId: string | null): string {
  return `${namedLoginId ?? ''} ${emailKey}`;
}

/** Counts the cooldown after a claim mail: by exact address, at Gmail too (BF-11). */
function claimKey(emailKey: string): string {
  return `claim ${emailKey}`;
}
