import { Injectable } from '@nestjs/common';
import { digest } from '../platform/crypto/digest.js';
import { AppConfig } from '../platform/config/app-config.js';
import { DomainError } from '../platform/http/problems/domain-error.js';
import { GuessBudgetService } from '../security/rate-limits/guess-budget.service.js';
import { CodeDigests } from './code-digests.js';
import type { EmailChallengePurpose } from './email-challenge.entity.js';
import { EmailChallengesRepository, type GuessableChallenge } from './email-challenges.repository.js';

/**
 * The purposes for which half of the guesses of a day is reserved, see {@link GuessBudgetService}.
 */
const RECOVERIES: ReadonlySet<EmailChallengePurpose> = new Set(['password-reset', 'find-login-id']);

/**
 * Compares mailed codes. A guess is counted before it is compared, for the challenge and for the
 * day of its address, and stays counted whatever happens afterwards.
 */
@Injectable()
export class ChallengeCodesService {
  constructor(
    private readonly config: AppConfig,
    private readonly codeDigests: CodeDigests,
    private readonly challenges: EmailChallengesRepository,
    private readonly guesses: GuessBudgetService,
  ) {}

  /**
   * Compares a code with the challenge that a request id names.
   * @throws DomainError `code_invalid` for a wrong, used, expired or replaced code and for a decoy;
   * `too_many_attempts`
   */
  async guess(purpose: EmailChallengePurpose, requestId: string, code: string): Promise<GuessableChallenge> {
    const challenge = await this.challenges.findByRequest(digest(requestId), purpose);
    const isReserved = RECOVERIES.has(purpose) && challenge?.namedLoginId === null;
    return this.compare(challenge, code, isReserved);
  }

  /**
   * Compares a code with the newest challenge of a sign-up.
   * @throws DomainError as {@link guess}
   */
  async guessOfSignUp(signUpId: string, code: string): Promise<GuessableChallenge> {
    return this.compare(await this.challenges.findBySignUp(signUpId), code, false);
  }

  /**
   * Refunds the guess that a right code or password was counted as, for this challenge only. The
   * count of the day stays.
   */
  async refundGuess(challengeId: string): Promise<void> {
    await this.challenges.refundGuess(challengeId);
  }

  /**
   * @param isReserved whether the guess may use the half of the day that is reserved for recoveries
   */
  private async compare(
    challenge: GuessableChallenge | null,
    code: string,
    isReserved: boolean,
  ): Promise<GuessableChallenge> {
    if (!challenge) throw new DomainError('code_invalid', { detail: 'unknown request id or sign-up' });
    // The challenge counts first. A guess at a challenge that is over does not count for the day;
    // otherwise one request that is over could use up all guesses of the day.
    if (!(await this.challenges.countGuess(challenge.id, 'code', this.config.env.CODE_GUESS_LIMIT)))
      throw new DomainError('code_invalid', { detail: 'code used, replaced or expired, or too many guesses' });
    if (isReserved) await this.guesses.take(challenge.emailKey);
    else await this.guesses.takeUnreserved(challenge.emailKey);
    if (!this.codeDigests.matches(challenge.codeHmac, challenge.id, code))
      throw new DomainError('code_invalid', { detail: 'wrong code' });
    return challenge;
  }
}
