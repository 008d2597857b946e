import { Injectable } from '@nestjs/common';
import { TokensService } from '../../platform/crypto/tokens/tokens.service.js';
import { Clock } from '../../platform/database/clock.js';
import type { Tx } from '../../platform/database/sql.js';
import { DomainError } from '../../platform/http/problems/domain-error.js';
import { MfaChallengesRepository, type OpenChallenge } from './mfa-challenges.repository.js';

/**
 * Time to read the documents. All factors of the login are proven by then, so this may be longer
 * than the time for a second factor.
 */
const TERMS_SECONDS = 1800;

export interface IssuedTermsToken {
  readonly termsToken: string;
  /** Seconds. */
  readonly expiresIn: number;
}

/**
 * Keeps a login that lacks only a consent. A row holds it until the member consents; the token of that
 * row is valid for nothing else (CO-03).
 */
@Injectable()
export class TermsChallengesService {
  constructor(
    private readonly tokens: TokensService,
    private readonly clock: Clock,
    private readonly challenges: MfaChallengesRepository,
  ) {}

  async issue(tx: Tx, login: Omit<OpenChallenge, 'id'>): Promise<IssuedTermsToken> {
    const { id, issuedAt, expiresAt } = await this.challenges.insert(tx, login, 'terms', TERMS_SECONDS);
    return {
      termsToken: this.tokens.sign('terms', { sub: login.memberId, jti: id }, issuedAt, expiresAt),
      expiresIn: this.clock.secondsUntil(expiresAt),
    };
  }

  /** @throws DomainError `token_invalid` if it was altered, used or voided; `token_expired` */
  async get(termsToken: string): Promise<OpenChallenge> {
    const { sub, jti } = this.tokens.verify('terms', termsToken);
    const challenge = await this.challenges.findOpen(jti, sub);
    if (!challenge) throw new DomainError('token_invalid', { detail: 'login completed, voided or expired' });
    return challenge;
  }

  /**
   * Uses the challenge up: of two requests with one token, one wins.
   * @throws DomainError `token_invalid`
   */
  async spend(tx: Tx, { id }: OpenChallenge): Promise<void> {
    if (!(await this.challenges.spend(tx, id)))
      throw new DomainError('token_invalid', { detail: 'login completed, voided or expired a moment ago' });
  }
}
