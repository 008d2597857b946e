import { Injectable } from '@nestjs/common';
import { Clock } from '../../platform/database/clock.js';
import { AppConfig } from '../../platform/config/app-config.js';
import type { Tx } from '../../platform/database/sql.js';
import { DomainError } from '../../platform/http/problems/domain-error.js';
import { TokensService } from '../../platform/crypto/tokens/tokens.service.js';
import { EnrolledFactorsService, type EnrolledFactor } from '../enrolled-factors.service.js';
import { TwoFactorRepository, type OpenChallenge } from '../two-factor.repository.js';

/** What a login can be completed with. */
export type SecondFactorMethod = EnrolledFactor | 'recovery_code';

/** What a login answers when the password was right and a second factor is needed. */
export interface IssuedMfaToken {
  readonly mfaToken: string;
  readonly methods: readonly SecondFactorMethod[];
  /** Seconds. */
  readonly expiresIn: number;
}

/** The step between password and second factor: a row, and a token that stands for it and opens nothing else. */
@Injectable()
export class LoginChallengesService {
  constructor(
    private readonly config: AppConfig,
    private readonly tokens: TokensService,
    private readonly clock: Clock,
    private readonly twoFactor: TwoFactorRepository,
    private readonly factors: EnrolledFactorsService,
  ) {}

  async issue(tx: Tx, login: Omit<OpenChallenge, 'id'>): Promise<IssuedMfaToken> {
    const { id, issuedAt, expiresAt } = await this.twoFactor.addChallenge(
      tx,
      login,
      this.config.env.MFA_TOKEN_TTL_SECONDS,
    );
    return {
      mfaToken: this.tokens.sign('mfa', { sub: login.memberId, jti: id }, issuedAt, expiresAt),
      methods: [...(await this.factors.of(tx, login.memberId)), 'recovery_code'],
      expiresIn: this.clock.secondsUntil(expiresAt),
    };
  }

  /** @throws DomainError `token_invalid` when altered or used, `token_expired` */
  async get(mfaToken: string): Promise<OpenChallenge> {
    const { sub, jti } = this.tokens.verify('mfa', mfaToken);
    const challenge = await this.twoFactor.findOpenChallenge(jti, sub);
    if (!challenge) throw new DomainError('token_invalid', { detail: 'challenge used or expired' });
    return challenge;
  }

  /** Logins that wait for their second factor come to nothing. */
  async voidAllOf(tx: Tx, memberId: string): Promise<void> {
    await this.twoFactor.voidChallenges(tx, memberId);
  }

  /** Single use: of two answers to one challenge, one wins. @throws DomainError `token_invalid` */
  async spend(tx: Tx, challenge: OpenChallenge): Promise<void> {
    if (!(await this.twoFactor.spendChallenge(tx, challenge.id)))
      throw new DomainError('token_invalid', { detail: 'challenge used a moment ago' });
  }
}
