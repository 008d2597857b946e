import { Injectable } from '@nestjs/common';
import type { ClientContext } from '../../platform/http/client-context.js';
import { DomainError } from '../../platform/http/problems/domain-error.js';
import { IpLimitsService } from './ip-limits.service.js';
import { Limiters, type Limiter } from './limiters.js';

/** Enough for a member who looks for a free login ID, and few for an attacker with a list. */
const MAX_CHOICES = 20;
const DAY = 86_400;

/**
 * Limits how many login IDs one chooser may try within a day: a sign-up, an invitation, a member or
 * an account at a provider. Each refusal shows that a login ID is taken, also where the operator has
 * switched the check of login IDs off (BF-16).
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
   * As {@link take}, and counts the request for the client address, as the check of login IDs does.
   * Call it where the request is not yet counted for the client address.
   * @throws DomainError `too_many_attempts`, `too_many_requests`
   */
  async takeWithRequest(chooser: string, context: ClientContext): Promise<void> {
    await this.ipLimits.takeRequest(context);
    await this.take(chooser);
  }

  /**
   * Counts a choice. Call it before the login ID is looked up.
   * @param chooser the sign-up, invitation, member or account at a provider that the login ID is for
   * @throws DomainError `too_many_attempts`
   */
  async take(chooser: string): Promise<void> {
    const { isAllowed, retryAfterSeconds: retryAfter } = await this.choices.take(chooser);
    if (!isAllowed) throw new DomainError('too_many_attempts', { retryAfter, detail: 'too many login IDs tried' });
  }
}
