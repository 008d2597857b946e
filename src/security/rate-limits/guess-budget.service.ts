import { Injectable } from '@nestjs/common';
import { AppConfig } from '../../platform/config/app-config.js';
import { DomainError } from '../../platform/http/problems/domain-error.js';
import { Limiters, type Limiter, type LimitOutcome } from './limiters.js';

const DAY = 86_400;

/**
 * What a claimant is: the client address that enters the code of a sign-up or invitation, the member
 * who changes the address, or the sign-up whose link is used.
 */
export type ClaimantKind = 'client' | 'member' | 'sign-up';

/**
 * Limits guesses at mailed codes per address and day, over all codes and purposes. 50 guesses at
 * 1,000,000 codes leave an attacker a chance of 0.005 % a day (BF-07). A new code does not refill
 * the budget. Unknown addresses are counted in the same way. Invitations are counted apart.
 *
 * Half of the budget is reserved for the codes of recoveries that name only the address. For the
 * other codes, an attacker can start a request that sends no mail, and could otherwise use up all
 * guesses of the owner's day unnoticed. When strangers have used up the other half, each claimant
 * still has its first guesses, as many as one code allows (BF-12). All claimants of one kind share a
 * limit on these extra guesses; otherwise an attacker with many client addresses would get more than
 * 50 a day.
 */
@Injectable()
export class GuessBudgetService {
  private readonly daily: Limiter;
  private readonly unreserved: Limiter;
  private readonly extra: Limiter;
  private readonly guessesPerCode: number;

  constructor(limiters: Limiters, { env }: AppConfig) {
    this.daily = limiters.make('guess-day', env.DAILY_GUESS_LIMIT, DAY);
    const unreserved = Math.ceil(env.DAILY_GUESS_LIMIT / 2);
    this.unreserved = limiters.make('guess-day-unreserved', unreserved, DAY);
    this.extra = limiters.make('guess-day-extra', env.DAILY_GUESS_LIMIT - unreserved, DAY);
    this.guessesPerCode = env.CODE_GUESS_LIMIT;
  }

  /**
   * Counts a guess; call it before the comparison.
   * @throws DomainError `too_many_attempts`
   */
  async take(emailKey: string): Promise<void> {
    refuseUnlessAllowed(await this.daily.take(emailKey));
  }

  /**
   * As {@link take}, for a recovery that also names a login ID, right or wrong.
   * @throws DomainError `too_many_attempts`
   */
  async takeForPair(emailKey: string, loginId: string): Promise<void> {
    // Pairs cannot use the reserved half: otherwise an attacker who names many wrong login IDs, whose
    // codes are never mailed, would use it up. The extra guesses of pairs have no shared limit: only
    // the pair with the right login ID can match.
    if (await this.takeAsClaimant(emailKey, `login-id ${loginId}`)) await this.take(emailKey);
    else refuseUnlessAllowed(await this.daily.peek(emailKey));
  }

  /**
   * As {@link take}, for a sign-up, an invitation or an address change. Its code gives no access to
   * an account that exists, so its guesses are not refused when recoveries have used up the day.
   * @param claimant the client address, or the id of the member or sign-up
   * @throws DomainError `too_many_attempts`
   */
  async takeForClaim(emailKey: string, kind: ClaimantKind, claimant: string): Promise<void> {
    if (await this.takeAsClaimant(emailKey, `${kind} ${claimant}`)) await this.daily.take(emailKey);
    else refuseUnlessAllowed(await this.extra.take(`${kind} ${emailKey}`));
  }

  /** @returns whether the guess comes from the half that all claimants share */
  private async takeAsClaimant(emailKey: string, claimant: string): Promise<boolean> {
    const own = await this.daily.take(`${claimant} ${emailKey}`);
    refuseUnlessAllowed(own);
    const shared = await this.unreserved.take(emailKey);
    if (!shared.isAllowed && own.points > this.guessesPerCode) refuseUnlessAllowed(shared);
    return shared.isAllowed;
  }
}

function refuseUnlessAllowed({ isAllowed, retryAfterSeconds }: LimitOutcome): void {
  if (!isAllowed)
    throw new DomainError('too_many_attempts', {
      retryAfter: retryAfterSeconds,
      detail: 'too many guesses for this mail address within 24 hours',
    });
}
