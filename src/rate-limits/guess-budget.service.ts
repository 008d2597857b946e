import { Injectable } from '@nestjs/common';
import { AppConfig } from '../config/app-config.js';
import { DomainError } from '../errors/domain-error.js';
import { Limiters, type Limiter } from './limiters.js';

const DAY = 86_400;

/**
 * Guesses at codes for one address in a day, over all its codes and purposes: 50 of 1,000,000 leave an attacker a chance
 * of 0.005 % a day (BF-07). A new code refills nothing. Addresses nobody has are counted in the same way.
 */
@Injectable()
export class GuessBudgetService {
  private readonly daily: Limiter;

  constructor(limiters: Limiters, { env }: AppConfig) {
    this.daily = limiters.make('guess-day', env.DAILY_GUESS_LIMIT, DAY);
  }

  /** Counts a guess before it is compared. @throws DomainError `too_many_attempts` */
  async take(emailKey: string): Promise<void> {
    const { isAllowed, retryAfterSeconds } = await this.daily.take(emailKey);
    if (!isAllowed)
      throw new DomainError('too_many_attempts', {
        retryAfter: retryAfterSeconds,
        detail: 'daily guesses for this address',
      });
  }
}
