import { Injectable } from '@nestjs/common';
import { AppConfig } from '../../platform/config/app-config.js';
import { DomainError } from '../../platform/http/problems/domain-error.js';
import { Limiters, type Limiter, type LimitOutcome } from './limiters.js';

const DAY = 86_400;

/**
 * Limits guesses at mailed codes per address and day, over all codes and purposes. 50 guesses at
 * 1,000,000 codes leave an attacker a chance of 0.005 % a day (BF-07). A new code does not refill
 * the budget. Unknown addresses are counted in the same way.
 *
 * Half of the budget is reserved for the codes of recoveries that name only the address. For the
 * other codes, an attacker can start a request that sends no mail, and could otherwise use up all
 * guesses of the owner's day unnoticed.
 */
@Injectable()
export class GuessBudgetService {
  private readonly daily: Limiter;
  private readonly unreserved: Limiter;

  constructor(limiters: Limiters, { env }: AppConfig) {
    this.daily = limiters.make('guess-day', env.DAILY_GUESS_LIMIT, DAY);
    this.unreserved = limiters.make('guess-day-unreserved', Math.ceil(env.DAILY_GUESS_LIMIT / 2), DAY);
  }

  /**
   * Counts a guess; call it before the comparison.
   * @throws DomainError `too_many_attempts`
   */
  async take(emailKey: string): Promise<void> {
    refuseUnlessAllowed(await this.daily.take(emailKey));
  }

  /**
   * As {@link take}, but only from the half that is not reserved.
   * @throws DomainError `too_many_attempts`
   */
  async takeUnreserved(emailKey: string): Promise<void> {
    refuseUnlessAllowed(await this.unreserved.take(emailKey));
    await this.take(emailKey);
  }
}

function refuseUnlessAllowed({ isAllowed, retryAfterSeconds }: LimitOutcome): void {
  if (!isAllowed)
    throw new DomainError('too_many_attempts', {
      retryAfter: retryAfterSeconds,
      detail: 'too many guesses for this mail address today',
    });
}
