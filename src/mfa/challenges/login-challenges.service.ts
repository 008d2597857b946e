import { Injectable } from '@nestjs/common';
import { AppConfig } from '../../platform/config/app-config.js';
import { TokensService } from '../../platform/crypto/tokens/tokens.service.js';
import { Clock } from '../../platform/database/clock.js';
import type { Tx } from '../../platform/database/sql.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import { DomainError } from '../../platform/http/problems/domain-error.js';
import { DisputedFactorsService } from '../disputed-factors/disputed-factors.service.js';
import { EnrolledFactorsService, type EnrolledFactor } from '../enrolled-factors.service.js';
import { MfaChallengesRepository, type OpenChallenge } from './mfa-challenges.repository.js';

/** What a login can be completed with. */
export type SecondFactorMethod = EnrolledFactor | 'recovery_code';

/** The response to a login whose first factor matched and that needs a second one. */
export interface IssuedMfaToken {
  readonly mfaToken: string;
  readonly methods: readonly SecondFactorMethod[];
  /** Seconds. */
  readonly expiresIn: number;
}

/**
 * Carries a login from its first factor to the second: a row, and a token for it that is valid
 * for nothing else.
 */
@Injectable()
export class LoginChallengesService {
  constructor(
    private readonly config: AppConfig,
    private readonly tokens: TokensService,
    private readonly clock: Clock,
    private readonly challenges: MfaChallengesRepository,
    private readonly factors: EnrolledFactorsService,
    private readonly disputedFactors: DisputedFactorsService,
  ) {}

  /**
   * Whether a login of this member needs a second factor. Removes disputed factors whose wait is over
   * first. Needs the member's lock.
   */
  async determineRequired(tx: Tx, memberId: string, context: ClientContext): Promise<boolean> {
    if (!(await this.factors.isEnrolled(tx, memberId))) return false;
    if (!(await this.disputedFactors.removeDue(tx, memberId, context))) return true;
    return this.factors.isEnrolled(tx, memberId);
  }

  async issue(tx: Tx, login: Omit<OpenChallenge, 'id'>): Promise<IssuedMfaToken> {
    const ttlSeconds = this.config.env.MFA_TOKEN_TTL_SECONDS;
    const { id, issuedAt, expiresAt } = await this.challenges.insert(tx, login, 'second-factor', ttlSeconds);
    return {
      mfaToken: this.tokens.sign('mfa', { sub: login.memberId, jti: id }, issuedAt, expiresAt),
      methods: [...(await this.factors.list(tx, login.memberId)), 'recovery_code'],
      expiresIn: this.clock.secondsUntil(expiresAt),
    };
  }

  /** @throws DomainError `token_invalid` if it was altered or used, `token_expired` */
  async get(mfaToken: string): Promise<OpenChallenge> {
    const { sub, jti } = this.tokens.verify('mfa', mfaToken);
    const challenge = await this.challenges.findOpen(jti, sub);
    if (!challenge) throw new DomainError('token_invalid', { detail: 'challenge used or expired' });
    return challenge;
  }

  /** Voids the member's logins that await a second factor or a consent. */
  async voidAllOf(tx: Tx, memberId: string): Promise<void> {
    await this.challenges.voidAllOf(tx, memberId);
  }

  /**
   * Uses the challenge up: of two requests with one token, one wins.
   * @throws DomainError `token_invalid`
   */
  async spend(tx: Tx, challenge: OpenChallenge): Promise<void> {
    if (!(await this.challenges.spend(tx, challenge.id)))
      throw new DomainError('token_invalid', { detail: 'challenge used by another request a moment ago' });
  }

  /** Ends the login, if no other request has used its challenge up. */
  async end(tx: Tx, { id }: OpenChallenge): Promise<void> {
    await this.challenges.spend(tx, id);
  }
}
