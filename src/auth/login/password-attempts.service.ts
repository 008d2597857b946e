import { Injectable } from '@nestjs/common';
import type { ClientContext } from '../../platform/http/client-context.js';
import { waitUntil } from '../../platform/concurrency/wait-until.js';
import { canonicalIdentifier } from './canonical-identifier.js';
import { hashOwner } from '../../security/passwords/fair-shares.js';
import { PasswordsService } from '../../security/passwords/passwords.service.js';
import { IpLimitsService, type ComparedPassword } from '../../security/rate-limits/ip-limits.service.js';
import type { LoginAttempt } from '../../security/rate-limits/login-attempt.js';
import { LoginThrottleService, type LoginSubject } from '../../security/rate-limits/login-throttle.service.js';
import { KnownDevicesService } from '../../sessions/devices/known-devices.service.js';
import type { LoginCandidate } from '../../users/login-candidate.js';
import { LazyImportService } from './lazy-import/lazy-import.service.js';
import type { LoginCredentials } from './login-credentials.js';

/** A login attempt whose password was compared, or that was blocked. */
export interface PasswordAttempt extends ComparedPassword {
  /** Null where no member has the identifier. */
  readonly candidate: LoginCandidate | null;
  /** The key by which failures are counted: the member's id, or the unknown identifier. */
  readonly account: string;
  /** The known device that the login comes from. */
  readonly deviceId: string | null;
  readonly matches: boolean;
  /** Whether logins to this account from this device have to wait. No password was compared then. */
  readonly isBlocked: boolean;
  /** Wrong passwords in a row before this attempt. */
  readonly failuresBefore: number;
  /** Those of them that came from this known device or this client address. */
  readonly ownFailuresBefore: number;
  /** Holds the queue until the login releases it. A match counts as a failure until it is decided. */
  readonly counted: LoginAttempt;
  /** Whether this failure is the first after which such logins have to wait. */
  readonly startsWaiting: boolean;
  /** Waits until a refusal may be sent, see {@link REFUSAL_MS}. */
  readonly untilRefusal: () => Promise<void>;
}

/**
 * The minimum time between comparing a password and refusing the login. The work after the
 * comparison takes a few milliseconds longer where the password was right (risk, audit row, mail).
 * The response time must not show that (EN-05).
 */
const REFUSAL_MS = 20;

/**
 * Compares the passwords of logins. An attempt is counted before its password is compared, and takes
 * the same time for known and unknown identifiers.
 */
@Injectable()
export class PasswordAttemptsService {
  constructor(
    private readonly devices: KnownDevicesService,
    private readonly passwords: PasswordsService,
    private readonly throttle: LoginThrottleService,
    private readonly ipLimits: IpLimitsService,
    private readonly lazyImport: LazyImportService,
  ) {}

  /**
   * Call `counted.release` in a `finally`: until then the next attempt waits.
   * @throws DomainError `too_many_requests`, `overloaded`
   */
  async compare(
    credentials: LoginCredentials,
    deviceToken: string | undefined,
    context: ClientContext,
  ): Promise<PasswordAttempt> {
    const { identifier, password } = credentials;
    const key = canonicalIdentifier(identifier);
    const submitted = key ?? identifier;
    // By the submitted identifier, not by the account: the waiting time must not show which
    // identifiers belong together (EN-07).
    const owner = hashOwner(context, submitted);
    // Reserved before the first look-up, so that a flood is refused before it has cost anything
    // (FT-09).
    const slot = this.passwords.reserve(owner);
    try {
      const login = await this.devices.findLogin(key, deviceToken);
      const { deviceId } = login;
      let { candidate } = login;
      await this.checkClientAddress(deviceId, context);

      // Counted by member if there is one, so that login ID and address share their failures.
      const account = candidate?.id ?? `unknown:${submitted}`;
      const passwordVersion = candidate?.passwordVersion ?? 0;
      const subject = { account, passwordVersion, deviceId, queueKey: `login:${submitted}` };
      // Release the hash slot while queued behind another attempt on this identifier. Otherwise one
      // attacked account could exhaust the hash queue for everyone.
      if (this.throttle.hasQueue(subject)) slot.release();
      const attempt = await this.throttle.begin(subject);
      try {
        slot.release();
        const { isBlocked, failuresBefore } = attempt;
        let matches = false;
        // Takes as long as a comparison, so that a blocked account does not answer faster (EN-06).
        if (isBlocked) await this.passwords.simulateVerify();
        else
          matches = await this.passwords.verify(candidate?.passwordHash ?? null, password, {
            owner,
            beforeHashing: () => this.checkClientAddress(deviceId, context),
          });
        const refusesAt = performance.now() + this.lazyImport.waitMs + REFUSAL_MS;
        // After the limits and the comparison with a dummy, which hold a flood back from the old
        // system too (IM-30).
        if (candidate === null && !isBlocked) {
          candidate = await this.lazyImport.findMember(credentials, context);
          matches = candidate !== null;
        }
        // A match is cleared together with what the login writes: one commit less.
        const startsWaiting = matches ? false : await attempt.decide(false);
        const ownFailuresBefore = await this.findOwnFailures(subject, matches ? failuresBefore : 0, context);
        const outcome = { matches, isBlocked, failuresBefore, ownFailuresBefore, startsWaiting };
        const untilRefusal = () => waitUntil(refusesAt);
        return { candidate, account, passwordVersion, deviceId, counted: attempt, ...outcome, untilRefusal };
      } catch (error) {
        await attempt.cancel();
        throw error;
      }
    } finally {
      slot.release();
    }
  }

  /**
   * Clears the failures from this client address after a login that the risk let through. Otherwise
   * they would count again with later failures of strangers (BF-13). Costs a query only where there
   * were such failures.
   */
  async clearOwnFailures(attempt: PasswordAttempt, context: ClientContext): Promise<void> {
    if (attempt.ownFailuresBefore === 0 || attempt.deviceId !== null) return;
    // A failed query is ignored: the login has succeeded.
    await this.ipLimits.clearFailuresAt(attempt, context).catch(() => undefined);
  }

  /** Costs a query only where a right password came after wrong ones from unknown devices. */
  private async findOwnFailures(
    subject: LoginSubject & ComparedPassword,
    failures: number,
    context: ClientContext,
  ): Promise<number> {
    if (failures === 0 || subject.deviceId !== null) return failures;
    return Math.min(failures, await this.ipLimits.findFailuresAt(subject, context));
  }

  /** A known device is not stopped by the failures of others behind the same client address. */
  private async checkClientAddress(deviceId: string | null, context: ClientContext): Promise<void> {
    if (deviceId === null) await this.ipLimits.checkLoginAllowed(context);
  }
}
