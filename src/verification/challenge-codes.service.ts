import { Injectable } from '@nestjs/common';
import { limitKey } from '../platform/addresses/ip-address.js';
import { digest } from '../platform/crypto/digest.js';
import { AppConfig } from '../platform/config/app-config.js';
import type { ClientContext } from '../platform/http/client-context.js';
import { DomainError } from '../platform/http/problems/domain-error.js';
import { GuessBudgetService } from '../security/rate-limits/guess-budget.service.js';
import { CodeDigests } from './code-digests.js';
import type { EmailChallengePurpose } from './email-challenge.entity.js';
import {
  EmailChallengesRepository,
  type GuessableChallenge,
  type GuessedChallenge,
} from './email-challenges.repository.js';

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
    return this.compare(['request', digest(requestId), purpose], code, ({ emailKey, memberId, namedLoginId }) => {
      if (!RECOVERIES.has(purpose)) return this.guesses.takeForClaim(emailKey, 'member', memberId!);
      return namedLoginId === null ? this.guesses.take(emailKey) : this.guesses.takeForPair(emailKey, namedLoginId);
    });
  }

  /**
   * Compares a code with the newest challenge of a sign-up. The guess is counted for the client
   * address: sign-ups of strangers from up to five addresses do not use up the guesses of the owner of
   * the mail address (BF-12).
   * @throws DomainError as {@link guess}
   */
  async guessOfSignUp(signUpId: string, code: string, { ip }: ClientContext): Promise<GuessableChallenge> {
    return this.compare(['signUp', signUpId], code, ({ emailKey }) =>
      this.guesses.takeForClaim(emailKey, 'client', limitKey(ip)),
    );
  }

  /**
   * Compares a code with the newest invitation of an address. Guesses for an address without an
   * invitation are counted and refused in the same way. The count is separate from that of recoveries
   * and sign-ups of the address.
   * @throws DomainError as {@link guess}
   */
  async guessOfInvitation(emailKey: string, code: string, { ip }: ClientContext): Promise<GuessableChallenge> {
    await this.guesses.takeForClaim(`invitation ${emailKey}`, 'client', limitKey(ip));
    return this.compare(['address', emailKey, 'invitation'], code, async () => {});
  }

  /**
   * Refunds the guess that a right code or password was counted as. Only the count of this
   * challenge changes, not the count of the day.
   */
  async refundGuess(challengeId: string): Promise<void> {
    await this.challenges.refundGuess(challengeId);
  }

  /** @param countForDay counts the guess for the day of the address */
  private async compare(
    guessed: GuessedChallenge,
    code: string,
    countForDay: (challenge: GuessableChallenge) => Promise<void>,
  ): Promise<GuessableChallenge> {
    // The challenge counts first. A guess at a challenge that is over does not count for the day;
    // otherwise one request that is over could use up all guesses of the day.
    const challenge = await this.challenges.countGuess(guessed, 'code', this.config.env.CODE_GUESS_LIMIT);
    if (!challenge)
      throw new DomainError('code_invalid', { detail: 'code unknown, used, replaced or expired, or too many guesses' });
    await countForDay(challenge);
    if (!this.codeDigests.matches(challenge.codeHmac, challenge.id, code))
      throw new DomainError('code_invalid', { detail: 'wrong code' });
    return challenge;
  }
}
