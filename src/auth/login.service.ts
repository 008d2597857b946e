import { Injectable } from '@nestjs/common';
import { SecurityEventsService } from '../audit/security-events.service.js';
import type { Caller } from '../common/caller.js';
import { parseEmailAddress } from '../common/email-address.js';
import { LOGIN_ID_PATTERN, normaliseLoginId } from '../common/login-id.js';
import { Database } from '../database/database.js';
import { DomainError } from '../errors/domain-error.js';
import { PasswordsService } from '../passwords/passwords.service.js';
import { IpLimitsService } from '../rate-limits/ip-limits.service.js';
import { LoginThrottleService } from '../rate-limits/login-throttle.service.js';
import { SessionsService, type DeviceInfo, type IssuedTokens } from '../sessions/sessions.service.js';
import { MembersRepository, type LoginCandidate } from '../users/members.repository.js';
import { VerificationService } from '../verification/verification.service.js';
import { ResetTokens, type IssuedResetToken } from './reset-tokens.js';

export interface LoginRequest {
  readonly identifier: string;
  readonly password: string;
}

export type LoginOutcome =
  { status: 'authenticated'; tokens: IssuedTokens } | ({ status: 'password_change_required' } & IssuedResetToken);

/** Login by login ID or address and password. */
@Injectable()
export class LoginService {
  constructor(
    private readonly database: Database,
    private readonly members: MembersRepository,
    private readonly passwords: PasswordsService,
    private readonly sessions: SessionsService,
    private readonly verification: VerificationService,
    private readonly resetTokens: ResetTokens,
    private readonly throttle: LoginThrottleService,
    private readonly ipLimits: IpLimitsService,
    private readonly events: SecurityEventsService,
  ) {}

  /**
   * Unknown, wrong, disabled and waiting are one answer, after the same work (EN-05, EN-06).
   * @throws DomainError `invalid_credentials`, `too_many_requests`, `overloaded`
   */
  async login(request: LoginRequest, device: DeviceInfo, caller: Caller): Promise<LoginOutcome> {
    await this.ipLimits.checkLoginAllowed(caller);
    const identifier = canonicalIdentifier(request.identifier);
    const candidate = identifier === null ? null : await this.members.findCandidate(identifier);
    // Not only for a known account: looking for a device takes time, and time tells.
    const deviceId = await this.sessions.findDevice(candidate?.id ?? NOBODY, device.deviceToken);

    // By account where there is one, so that login ID and address share a budget; an unknown identifier gets its own.
    const account = candidate?.id ?? `unknown:${identifier ?? request.identifier}`;
    const isRight = await this.throttle.attempt({ account, deviceId }, () =>
      this.passwords.verify(candidate?.passwordHash ?? null, request.password),
    );
    if (isRight !== true || candidate === null || candidate.status !== 'active') {
      await this.refuse(isRight, candidate, caller);
    }
    return this.admit(candidate!, request.password, device, caller);
  }

  private async refuse(isRight: boolean | null, candidate: LoginCandidate | null, caller: Caller): Promise<never> {
    const context = { memberId: candidate?.id ?? null, caller };
    await this.ipLimits.countFailure(caller);
    if (isRight === null) {
      await this.events.record(this.database, 'login.throttled', context, {});
      throw new DomainError('invalid_credentials', { detail: 'has to wait' });
    }
    const reason = candidate === null ? 'unknown_identifier' : isRight ? 'not_active' : 'password';
    await this.events.record(this.database, 'login.failed', context, { reason });
    throw new DomainError('invalid_credentials', { detail: reason });
  }

  private async admit(
    candidate: LoginCandidate,
    password: string,
    device: DeviceInfo,
    caller: Caller,
  ): Promise<LoginOutcome> {
    const { id: memberId, passwordVersion } = candidate;
    if (candidate.mustChangePassword) {
      const grant = await this.database.transaction((tx) => this.verification.grantReset(tx, memberId));
      return { status: 'password_change_required', ...this.resetTokens.mint(grant) };
    }
    if (this.passwords.needsRehash(candidate.passwordHash)) {
      await this.members.upgradeHash(memberId, passwordVersion, await this.passwords.rehash(password));
    }
    const tokens = await this.database.transaction((tx) =>
      this.sessions.open(tx, { memberId, passwordVersion }, device, caller),
    );
    return { status: 'authenticated', tokens };
  }
}

/** An id no member has: ids are random, and this is none. */
const NOBODY = '00000000-0000-0000-0000-000000000000';

/** The form members are found by; null for text that can be neither an address nor a login ID. */
function canonicalIdentifier(input: string): string | null {
  if (input.includes('@')) return parseEmailAddress(input)?.key ?? null;
  const loginId = normaliseLoginId(input);
  return LOGIN_ID_PATTERN.test(loginId) ? loginId : null;
}
