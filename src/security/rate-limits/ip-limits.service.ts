import { Injectable } from '@nestjs/common';
import type { ClientContext } from '../../platform/http/client-context.js';
import { limitKey } from '../../platform/addresses/ip-address.js';
import { AppConfig } from '../../platform/config/app-config.js';
import { DomainError } from '../../platform/http/problems/domain-error.js';
import { Limiters, type Limiter } from './limiters.js';

const REQUEST_WINDOW_SECONDS = 600;
const FAILURE_WINDOW_SECONDS = 900;
/** Longer than a person tries one password after the other. */
const ACCOUNT_WINDOW_SECONDS = 86_400;

/** A password that was compared: that of an account, or of an identifier that no account has. */
export interface ComparedPassword {
  readonly account: string;
  /** 0 where there is no account. */
  readonly passwordVersion: number;
}

/** Limits per client IP address, over all accounts. */
@Injectable()
export class IpLimitsService {
  private readonly requests: Limiter;
  private readonly passkeyRequests: Limiter;
  private readonly failures: Limiter;
  private readonly accountFailures: Limiter;

  constructor(limiters: Limiters, { env }: AppConfig) {
    this.requests = limiters.make('ip-request', env.IP_REQUEST_LIMIT, REQUEST_WINDOW_SECONDS, 'losable');
    // Apart: a login page asks for a challenge when it opens, and must not use up the mails of others
    // behind the same address.
    this.passkeyRequests = limiters.make('ip-passkey', env.IP_REQUEST_LIMIT, REQUEST_WINDOW_SECONDS, 'losable');
    this.failures = limiters.make('ip-login-failure', env.LOGIN_IP_FAILURE_LIMIT, FAILURE_WINDOW_SECONDS);
    // Counts and never refuses.
    this.accountFailures = limiters.make('ip-account-failure', Infinity, ACCOUNT_WINDOW_SECONDS);
  }

  /**
   * Counts a request that sends mail, sets a password or checks whether a login ID is free.
   * @throws DomainError `too_many_requests`
   */
  takeRequest(context: ClientContext): Promise<void> {
    return take(this.requests, context);
  }

  /**
   * Counts a request that starts with a passkey.
   * @throws DomainError `too_many_requests`
   */
  takePasskeyRequest(context: ClientContext): Promise<void> {
    return take(this.passkeyRequests, context);
  }

  /**
   * Checks without counting. Only failures count, and a success clears none (BF-05), so {@link
   * countFailure} counts after the hash. Call this at the start and again shortly before the hash:
   * then parallel logins exceed the limit by at most twice the number of hashes that run at once.
   * @throws DomainError `too_many_requests`
   */
  async checkLoginAllowed(context: ClientContext): Promise<void> {
    const { isAllowed, retryAfterSeconds } = await this.failures.peek(limitKey(context.ip));
    if (!isAllowed)
      throw new DomainError('too_many_requests', {
        retryAfter: retryAfterSeconds,
        detail: 'too many failed logins from this IP address',
      });
  }

  async countFailure(context: ClientContext): Promise<void> {
    await this.failures.count(limitKey(context.ip));
  }

  /** Counts a failure to enter this password, for {@link findFailuresAt}. */
  async countFailureAt(password: ComparedPassword, context: ClientContext): Promise<void> {
    await this.accountFailures.count(passwordKey(password, context));
  }

  /**
   * The failures to enter this password from this client address within a day: those that no
   * stranger elsewhere can have caused (BF-13).
   */
  async findFailuresAt(password: ComparedPassword, context: ClientContext): Promise<number> {
    return (await this.accountFailures.peek(passwordKey(password, context))).points;
  }

  /** Clears what {@link countFailureAt} counted. */
  async clearFailuresAt(password: ComparedPassword, context: ClientContext): Promise<void> {
    await this.accountFailures.reset(passwordKey(password, context));
  }
}

async function take(limiter: Limiter, { ip }: ClientContext): Promise<void> {
  const { isAllowed, retryAfterSeconds } = await limiter.take(limitKey(ip));
  if (!isAllowed)
    throw new DomainError('too_many_requests', {
      retryAfter: retryAfterSeconds,
      detail: 'too many requests from this IP address',
    });
}

/**
 * With the version, so that the count begins at zero with each password: without it, an owner who resets
 * the password would keep the failures from before (BF-13).
 */
function passwordKey({ account, passwordVersion }: ComparedPassword, { ip }: ClientContext): string {
  return `${account} ${passwordVersion} ${limitKey(ip)}`;
}
