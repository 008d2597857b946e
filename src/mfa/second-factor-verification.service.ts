import { Injectable } from '@nestjs/common';
import type { ClientContext } from '../platform/http/client-context.js';
import type { Tx } from '../platform/database/sql.js';
import type { FirstFactor } from '../sessions/session.entity.js';
import { DisputedFactorsService } from './disputed-factors/disputed-factors.service.js';
import { PasskeyAuthenticationService, type MatchedPasskey } from './passkeys/passkey-authentication.service.js';
import type { Assertion } from './passkeys/passkey-credential.js';
import { normaliseRecoveryCode } from './recovery-codes/recovery-codes.js';
import { RecoveryCodesService, type MatchedRecoveryCode } from './recovery-codes/recovery-codes.service.js';
import { SecondFactorNotificationsService } from './second-factor-notifications.service.js';
import { SecondFactorThrottleService, type FactorSubject } from './second-factor-throttle.service.js';
import { TotpService, type MatchedTotp } from './totp/totp.service.js';

/**
 * What a client sends as the second factor: a typed code (of the app, or a recovery code) or a
 * passkey's signature.
 */
export type SecondFactorAnswer = string | Assertion;

/** The login or session in which a factor is used. */
export interface FactorUse {
  readonly memberId: string;
  readonly sessionId?: string;
  /** What the member proved before this factor; null in sessions of 1.0. */
  readonly firstFactor: FirstFactor | null;
}

/** A factor that matched. It counts only once it is spent, in the transaction of what it allows. */
export type MatchedFactor = MatchedTotp | MatchedRecoveryCode | MatchedPasskey;

/** Matches second factors of every kind and uses them up. */
@Injectable()
export class SecondFactorVerificationService {
  constructor(
    private readonly totp: TotpService,
    private readonly recoveryCodes: RecoveryCodesService,
    private readonly passkeys: PasskeyAuthenticationService,
    private readonly throttle: SecondFactorThrottleService,
    private readonly disputedFactors: DisputedFactorsService,
    private readonly notifications: SecondFactorNotificationsService,
  ) {}

  /**
   * Matches an answer against the member's factors; a counted attempt.
   * @throws DomainError `code_invalid`, `passkey_invalid`, `too_many_attempts`, `overloaded`
   */
  async attempt(subject: FactorSubject, answer: SecondFactorAnswer, context: ClientContext): Promise<MatchedFactor> {
    return this.throttle.attempt(subject, () => this.match(subject.memberId, answer, context));
  }

  /**
   * Matches the first code of an app that awaits confirmation; a counted attempt.
   * @throws DomainError `code_invalid`, `too_many_attempts`, `overloaded`
   */
  async attemptUnconfirmedApp(subject: FactorSubject, code: string): Promise<MatchedTotp> {
    return this.throttle.attempt(subject, () => this.totp.matchUnconfirmed(subject.memberId, code));
  }

  /**
   * Uses the factor up. An app or passkey that follows a right password also ends the member's open
   * dispute, and a passkey that verified its user is no longer restricted. A recovery code does neither,
   * because it is not one of the disputed factors. A login at a provider does not count as a right password: an
   * intruder can have the member's account there, but not a password that was set after the report. The member is
   * notified of a used recovery code.
   * @throws DomainError `code_invalid` or `passkey_invalid` for the second of two requests with one
   * answer
   */
  async spend(tx: Tx, use: FactorUse, factor: MatchedFactor, context: ClientContext): Promise<void> {
    const { memberId } = use;
    const followsPassword = use.firstFactor === 'password';
    switch (factor.kind) {
      case 'passkey':
        await this.passkeys.spend(tx, { ...factor, userVerified: factor.userVerified && followsPassword });
        break;
      case 'totp':
        await this.totp.spend(tx, memberId, factor);
        break;
      case 'recovery-code': {
        const recoveryCodesLeft = await this.recoveryCodes.spend(tx, memberId, factor);
        const mailData = { recoveryCodesLeft };
        return this.notifications.notify(tx, 'two-factor.recovery_code_used', use, context, {}, mailData);
      }
    }
    if (followsPassword) await this.disputedFactors.withdraw(tx, memberId, context);
  }

  private async match(memberId: string, answer: SecondFactorAnswer, context: ClientContext): Promise<MatchedFactor> {
    if (typeof answer !== 'string') return this.passkeys.finishSecondFactor(answer, memberId, context);
    const recoveryCode = normaliseRecoveryCode(answer);
    if (recoveryCode !== null) return this.recoveryCodes.match(memberId, recoveryCode);
    return this.totp.match(memberId, answer);
  }
}
