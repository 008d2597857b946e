import { Injectable } from '@nestjs/common';
import type { ClientContext } from '../../platform/http/client-context.js';
import { DomainError } from '../../platform/http/problems/domain-error.js';
import { IpLimitsService } from './ip-limits.service.js';
import { Limiters, type Limiter } from './limiters.js';

/** Enough for a member who looks for a free login ID, and few for an attacker with a list. */
const MAX_CHOICES = 20;
const DAY = 86_400;

/**
 * Limits how many other login IDs a confirmation may try. Each refusal shows that a login ID is
 * taken, also where the operator has switched the check of login IDs off (BF-16).
 */
@Injectable()
export class LoginIdChoicesService {
  private readonly choices: Limiter;

  constructor(
    limiters: Limiters,
    private readonly ipLimits: IpLimitsService,
  ) {
    this.choices = limiters.make('sign-up-login-ids', MAX_CHOICES, DAY);
  }

  /**
   * Counts a choice for the sign-up and, as the check does, for the client address. Call it before
   * the login ID is looked up.
   * @throws DomainError `too_many_attempts`, `too_many_requests`
   */
  async take(signUpRowId: string, context: ClientContext): Promise<void> {
    await this.ipLimits.takeRequest(context);
    const { isAllowed, retryAfterSeconds: retryAfter } = await this.choices.take(signUpRowId);
    if (!isAllowed) throw new DomainError('too_many_attempts', { retryAfter, detail: 'too many login IDs tried' });
  }
}
