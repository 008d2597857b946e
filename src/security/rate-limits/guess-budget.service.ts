import { Injectable } from '@nestjs/common';
import { AppConfig } from '../../platform/config/app-config.js';
import { DomainError } from '../../platform/http/problems/domain-error.js';
import { Limiters, type Limiter, type LimitOutcome } from './limiters.js';

const DAY = 86_400;

/**
 * Guesses at codes for one address in a day, over all its codes and purposes: 50 of 1,000,000 leave an attacker a chance
 * of 0.005 % a day (BF-07). A new code refills nothing. Addresses nobody has are counted in the same way.
 *
 * Half of them are kept for the codes of recoveries that name the address alone. For the other ones a stranger gets
 * something to guess at without a mail going out, and could use up an owner's day unseen.
 */
@Injectable()
export class GuessBudgetService {
  private readonly daily: Limiter;
  private readonly unreserved: Limiter;

  constructor(limiters: Limiters, { env }: AppConfig) {
    this.daily = limiters.make('guess-day', env.DAILY_GUESS_LIMIT, DAY);
    this.unreserved = limiters.make('guess-day-unreserved', Math.ceil(env.DAILY_GUESS_LIMIT / 2), DAY);
  }

  /** Counts a guess before it is compared. @throws DomainError `too_many_attempts` */
  async take(emailKey: string): Promise<void> {
    refuseUnlessAllowed(await this.daily.take(emailKey));
  }

  /** As {@link take}, and from the half that is not kept. @throws DomainError `too_many_attempts` */
  async takeUnreserved(emailKey: string): Promise<void> {
    refuseUnlessAllowed(await this.unreserved.take(emailKey));
    await this.take(emailKey);
  }
}

function refuseUnlessAllowed({ isAllowed, retryAfterSeconds }: LimitOutcome): void {
  if (!isAllowed)
    throw new DomainError('too_many_attempts', {
      retryAfter: retryAfterSeconds,
      detail: 'daily guesses for this address',
    });
}
