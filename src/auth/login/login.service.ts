import { setTimeout as delay } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { AuditLogService } from '../../security/audit-log/audit-log.service.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import { parseEmailAddress } from '../../platform/addresses/email-address.js';
import { LOGIN_ID_PATTERN, normaliseLoginId } from '../../platform/http/validation/login-id.js';
import { AppConfig } from '../../platform/config/app-config.js';
import { Database } from '../../platform/database/database.js';
import { DomainError } from '../../platform/http/problems/domain-error.js';
import { PasswordsService } from '../../security/passwords/passwords.service.js';
import { IpLimitsService } from '../../security/rate-limits/ip-limits.service.js';
import { LoginThrottleService, type CountedAttempt } from '../../security/rate-limits/login-throttle.service.js';
import { SessionsService, type DeviceInfo } from '../../sessions/sessions.service.js';
import { LoginChallengesService, type IssuedMfaToken } from '../../mfa/challenges/login-challenges.service.js';
import { PasskeysService, type ProvenPasskey } from '../../mfa/passkeys/passkeys.service.js';
import { TwoFactorService, type MatchedFactor, type SecondFactorAnswer } from '../../mfa/two-factor.service.js';
import { MembersRepository, type LoginCandidate } from '../../users/members.repository.js';
import { DECOY_MEMBER_ID } from '../../users/decoy-member.js';
import { LoginLockNotificationService } from './login-lock-notification.service.js';
import { SignInService, type CompletedLogin, type SignIn } from './sign-in.service.js';

export interface LoginCredentials {
  readonly identifier: string;
  readonly password: string;
}

export type LoginOutcome = CompletedLogin | ({ status: 'mfa_required' } & IssuedMfaToken);

/** The second step of a login. */
export interface SecondFactorStep {
  readonly mfaToken: string;
  readonly answer: SecondFactorAnswer;
  /** Whether it comes from a page that may use cookies. */
  readonly isKnownOrigin: boolean;
}

interface CheckedPassword {
  /** Null where nobody has the identifier. */
  readonly candidate: LoginCandidate | null;
  /** What failures are counted by. */
  readonly account: string;
  /** The known device that it came from. */
  readonly deviceId: string | null;
  readonly attempt: CountedAttempt;
  /** Resolves when it may be refused; see {@link REFUSAL_MS}. */
  readonly refusable: Promise<void>;
}

/** Login by login ID or address and password. */
@Injectable()
export class LoginService {
  constructor(
    private readonly config: AppConfig,
    private readonly database: Database,
    private readonly members: MembersRepository,
    private readonly passwords: PasswordsService,
    private readonly sessions: SessionsService,
    private readonly signIns: SignInService,
    private readonly twoFactor: TwoFactorService,
    private readonly challenges: LoginChallengesService,
    private readonly passkeys: PasskeysService,
    private readonly throttle: LoginThrottleService,
    private readonly lockNotice: LoginLockNotificationService,
    private readonly ipLimits: IpLimitsService,
    private readonly auditLog: AuditLogService,
  ) {}

  /**
   * Unknown, wrong, disabled, waiting and too unusual are one answer, after the same work (EN-05, EN-06).
   * @throws DomainError `invalid_credentials`, `too_many_requests`, `overloaded`
   */
  async login(request: LoginCredentials, device: DeviceInfo, context: ClientContext): Promise<LoginOutcome> {
    const checked = await this.checkPassword(request, device, context);
    try {
      return await this.decide(checked, request.password, device, context);
    } catch (error) {
      await checked.refusable;
      throw error;
    }
  }

  private async decide(
    { candidate, account, deviceId, attempt }: CheckedPassword,
    password: string,
    device: DeviceInfo,
    context: ClientContext,
  ): Promise<LoginOutcome> {
    if (attempt.isRight !== true || candidate === null || !(await this.isOpen(candidate))) {
      // Of failures on a known device the mail has nothing to say; nor is there anybody waiting elsewhere.
      if (attempt.startsWaiting && deviceId === null) await this.lockNotice.send(candidate, account, context);
      await this.refuse(attempt.isRight, candidate, context);
    }
    const { id: memberId, passwordVersion } = candidate!;
    const signIn: SignIn = {
      owner: { memberId, passwordVersion },
      device: { ...device, knownDeviceId: deviceId },
      passwordFailures: attempt.failuresBefore,
      by: 'password',
    };
    return this.admit(candidate!, password, signIn, context);
  }

  private async checkPassword(
    request: LoginCredentials,
    device: DeviceInfo,
    context: ClientContext,
  ): Promise<CheckedPassword> {
    // From before the first look-up, so that a flood is refused before it has cost anything (FT-09).
    const place = this.passwords.reserve();
    try {
      const identifier = canonicalIdentifier(request.identifier);
      const candidate = identifier === null ? null : await this.members.findCandidate(identifier);
      // Not only for a known account: looking for a device takes time, and time tells.
      const deviceId = await this.sessions.findDevice(candidate?.id ?? DECOY_MEMBER_ID, device.deviceToken);

      // A known device is not held up by what others do behind the same address.
      const checkIp = async (): Promise<void> =>
        deviceId === null ? this.ipLimits.checkLoginAllowed(context) : undefined;
      await checkIp();
      // By account where there is one, so that login ID and address share a budget; an unknown identifier gets its own.
      const submitted = identifier ?? request.identifier;
      const account = candidate?.id ?? `unknown:${submitted}`;
      const subject = { account, deviceId, turn: `login:${submitted}` };
      // Whoever waits for others at one identifier keeps no place meanwhile: a flood at one must not shut out all.
      if (this.throttle.hasQueue(subject)) place.release();
      let refusable = Promise.resolve();
      const attempt = await this.throttle.attemptCounted(
        subject,
        async () => {
          place.release();
          const isRight = await this.passwords.verify(candidate?.passwordHash ?? null, request.password, checkIp);
          refusable = delay(REFUSAL_MS);
          return isRight;
        },
        () => {
          place.release();
          return this.passwords.simulateVerify();
        },
      );
      return { candidate, account, deviceId, attempt, refusable };
    } finally {
      place.release();
    }
  }

  /** Whether the member may log in. A closed account may be opened again until its grace is over; here it is only looked at. */
  private async isOpen({ id: memberId, status }: LoginCandidate): Promise<boolean> {
    if (status !== 'closed') return status === 'active';
    return this.members.isRestorable(memberId, this.config.env.ACCOUNT_ERASURE_GRACE_SECONDS);
  }

  private async refuse(
    isRight: boolean | null,
    candidate: LoginCandidate | null,
    context: ClientContext,
  ): Promise<never> {
    const subject = { memberId: candidate?.id ?? null, context };
    await this.ipLimits.countFailure(context);
    if (isRight === null) {
      await this.auditLog.record(this.database, 'login.throttled', subject, {});
      throw new DomainError('invalid_credentials', { detail: 'has to wait' });
    }
    const reason = candidate === null ? 'unknown_identifier' : isRight ? 'not_active' : 'password';
    await this.auditLog.record(this.database, 'login.failed', subject, { reason });
    throw new DomainError('invalid_credentials', { detail: reason });
  }

  /**
   * Brings the second factor, and gets what the login would have come to without one. The token is good for one login; tries
   * are counted for the account, over all logins under way.
   * @throws DomainError `token_invalid`, `token_expired`, `code_invalid`, `passkey_invalid`, `invalid_credentials`, `too_many_attempts`, `origin_not_allowed`
   */
  async completeWithSecondFactor(
    { mfaToken, answer, isKnownOrigin }: SecondFactorStep,
    context: ClientContext,
  ): Promise<CompletedLogin> {
    const challenge = await this.challenges.get(mfaToken);
    const { memberId, passwordVersion, deviceName, transport, passwordFailures } = challenge;
    if (transport === 'cookie' && !isKnownOrigin)
      throw new DomainError('origin_not_allowed', { detail: 'second step' });
    const device = { knownDeviceId: challenge.deviceId, deviceName, transport };
    const signIn: SignIn = { owner: { memberId, passwordVersion }, device, passwordFailures, by: 'password' };
    const factor = await this.checkSecondFactor(signIn, answer, context);
    const candidate = await this.members.getCandidate(memberId);
    const outcome = await this.database.transaction(async (tx) => {
      await this.members.lock(tx, memberId);
      await this.challenges.spend(tx, challenge);
      await this.twoFactor.spend(tx, { memberId }, factor, context);
      return this.signIns.complete(tx, signIn, candidate, context);
    });
    return outcome ?? this.refuseRisky(candidate, signIn, context);
  }

  private async checkSecondFactor(
    signIn: SignIn,
    answer: SecondFactorAnswer,
    context: ClientContext,
  ): Promise<MatchedFactor> {
    const { memberId } = signIn.owner;
    try {
      return await this.twoFactor.check({ memberId, deviceId: signIn.device.knownDeviceId }, answer, context);
    } catch (error) {
      if (error instanceof DomainError)
        await this.database.transaction(async (tx) => {
          await this.auditLog.record(tx, 'login.second_factor_failed', { memberId, context }, {});
          if (error.code !== 'too_many_attempts') await this.signIns.secondFactorFailed(tx, signIn, context);
        });
      throw error;
    }
  }

  /**
   * One answer for all refusals: whoever looks too unusual is not told that the first factor was right. So it counts as {@link refuse}
   * does, for the client address as well: at the edge of a limit, the next answer would tell.
   */
  private async refuseRisky(
    candidate: LoginCandidate,
    { device, passwordFailures }: SignIn,
    context: ClientContext,
  ): Promise<never> {
    const { knownDeviceId: deviceId } = device;
    // The right password cleared the count, and with it a reason for refusing: the next try would get in.
    const startsWaiting = await this.throttle.restoreFailures({ account: candidate.id, deviceId }, passwordFailures);
    if (startsWaiting && deviceId === null) await this.lockNotice.send(candidate, candidate.id, context);
    await this.ipLimits.countFailure(context);
    throw new DomainError('invalid_credentials', { detail: 'judged too risky' });
  }

  /**
   * Lets a member in whose passkey stood for both factors.
   * @throws DomainError `invalid_credentials` as for any login; `passkey_invalid` for a passkey removed meanwhile
   */
  async admitByPasskey(passkey: ProvenPasskey, device: DeviceInfo, context: ClientContext): Promise<CompletedLogin> {
    const { memberId } = passkey;
    const candidate = await this.members.getCandidate(memberId);
    if (!(await this.isOpen(candidate))) await this.refuse(true, candidate, context);
    const knownDeviceId = await this.sessions.findDevice(memberId, device.deviceToken);
    const owner = { memberId, passwordVersion: candidate.passwordVersion };
    const signIn: SignIn = { owner, device: { ...device, knownDeviceId }, passwordFailures: 0, by: 'passkey' };
    const outcome = await this.database.transaction(async (tx) => {
      await this.members.lock(tx, memberId);
      await this.passkeys.spend(tx, passkey);
      return this.signIns.complete(tx, signIn, candidate, context);
    });
    return outcome ?? this.refuseRisky(candidate, signIn, context);
  }

  private async admit(
    candidate: LoginCandidate,
    password: string,
    signIn: SignIn,
    context: ClientContext,
  ): Promise<LoginOutcome> {
    const { id: memberId, passwordVersion } = candidate;
    if (this.passwords.needsRehash(candidate.passwordHash)) {
      await this.members.upgradeHash(memberId, passwordVersion, await this.passwords.rehash(password));
    }
    const outcome = await this.database.transaction<LoginOutcome | null>(async (tx) => {
      // Locked before it is asked whether a second factor is needed: switching one on takes the same lock, so no login
      // without it gets through once that is acknowledged (CC-06).
      await this.members.lock(tx, memberId);
      if (await this.twoFactor.isEnrolled(tx, memberId)) {
        if (!(await this.signIns.allowsSecondFactor(tx, signIn, context))) return null;
        const { knownDeviceId: deviceId, deviceName = null, transport = 'body' } = signIn.device;
        const challenge = await this.challenges.issue(tx, {
          memberId,
          passwordVersion,
          deviceId,
          deviceName,
          transport,
          passwordFailures: signIn.passwordFailures,
        });
        return { status: 'mfa_required', ...challenge };
      }
      return this.signIns.complete(tx, signIn, candidate, context);
    });
    return outcome ?? this.refuseRisky(candidate, signIn, context);
  }
}

/**
 * No login is refused earlier than this after its password was compared. What is still done then takes a few milliseconds, and a
 * few more where the password was right: judging, writing down, mailing. That must not show (EN-05).
 */
const REFUSAL_MS = 20;

/** The form members are found by; null for text that can be neither an address nor a login ID. */
function canonicalIdentifier(input: string): string | null {
  if (input.includes('@')) return parseEmailAddress(input)?.key ?? null;
  const loginId = normaliseLoginId(input);
  return LOGIN_ID_PATTERN.test(loginId) ? loginId : null;
}
