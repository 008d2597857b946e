import { Injectable } from '@nestjs/common';
import type { ClientContext } from '../../platform/http/client-context.js';
import { limitKey } from '../../platform/addresses/ip-address.js';
import { AppConfig } from '../../platform/config/app-config.js';
import { DomainError } from '../../platform/http/problems/domain-error.js';
import { Limiters, type Limiter } from './limiters.js';

const REQUEST_WINDOW_SECONDS = 600;
const FAILURE_WINDOW_SECONDS = 900;

/** Limits by client address, over all accounts. */
@Injectable()
export class IpLimitsService {
  private readonly requests: Limiter;
  private readonly failures: Limiter;

  constructor(limiters: Limiters, { env }: AppConfig) {
    this.requests = limiters.make('ip-request', env.IP_REQUEST_LIMIT, REQUEST_WINDOW_SECONDS);
    this.failures = limiters.make('ip-login-failure', env.LOGIN_IP_FAILURE_LIMIT, FAILURE_WINDOW_SECONDS);
  }

  /** For requests that send mail, set a password, tell whether a login ID is free or begin with a passkey. @throws DomainError `too_many_requests` */
  async takeRequest(context: ClientContext): Promise<void> {
    const { isAllowed, retryAfterSeconds } = await this.requests.take(limitKey(context.ip));
    if (!isAllowed)
      throw new DomainError('too_many_requests', {
        retryAfter: retryAfterSeconds,
        detail: 'requests from this client address',
      });
  }

  /**
   * Failures only are counted, and a success takes none back (BF-05). So this looks, once at the start and once when the
   * turn to hash is near, and {@link countFailure} counts afterwards: at most twice as many as hash at once run over.
   * @throws DomainError `too_many_requests`
   */
  async checkLoginAllowed(context: ClientContext): Promise<void> {
    const { isAllowed, retryAfterSeconds } = await this.failures.peek(limitKey(context.ip));
    if (!isAllowed)
      throw new DomainError('too_many_requests', {
        retryAfter: retryAfterSeconds,
        detail: 'failed logins from this client address',
      });
  }

  async countFailure(context: ClientContext): Promise<void> {
    await this.failures.count(limitKey(context.ip));
  }
}
