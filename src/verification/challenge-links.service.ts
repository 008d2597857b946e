import { Injectable } from '@nestjs/common';
import { digest } from '../platform/crypto/digest.js';
import { AppConfig } from '../platform/config/app-config.js';
import { DomainError } from '../platform/http/problems/domain-error.js';
import { GuessBudgetService } from '../security/rate-limits/guess-budget.service.js';
import type { EmailChallengePurpose } from './email-challenge.entity.js';
import { EmailChallengesRepository, type LinkedChallenge } from './email-challenges.repository.js';

/**
 * Finds challenges by their mailed links. Opening a link changes nothing: mail scanners open links
 * too.
 */
@Injectable()
export class ChallengeLinksService {
  constructor(
    private readonly config: AppConfig,
    private readonly challenges: EmailChallengesRepository,
    private readonly guesses: GuessBudgetService,
  ) {}

  /**
   * Finds the open challenge of a link.
   * @throws DomainError `link_invalid`, `link_expired`
   */
  async get(purpose: EmailChallengePurpose, linkToken: string): Promise<LinkedChallenge> {
    const challenge = await this.find(purpose, linkToken);
    if (!challenge) throw new DomainError('link_invalid', { detail: 'unknown link' });
    if (challenge.isOver) throw new DomainError('link_invalid', { detail: 'link used or replaced' });
    if (challenge.isExpired) throw new DomainError('link_expired');
    return challenge;
  }

  /** Finds the challenge of a link, open or not. */
  async find(purpose: EmailChallengePurpose, linkToken: string): Promise<LinkedChallenge | null> {
    return this.challenges.findByLink(digest(linkToken), purpose);
  }

  /**
   * Counts a guess at the password that goes with a link, before it is compared.
   * @throws DomainError `too_many_attempts`
   */
  async countPasswordGuess({ id, emailKey, signUpId }: LinkedChallenge): Promise<void> {
    const { env } = this.config;
    if (!(await this.challenges.countGuess(['id', id], 'link', env.CODE_GUESS_LIMIT)))
      // After this time another link can be requested, which has guesses of its own.
      throw new DomainError('too_many_attempts', {
        retryAfter: env.CODE_RESEND_SECONDS,
        detail: 'too many guesses with this link',
      });
    // Only the owner of the mailbox has the link, so strangers cannot use up this part.
    await this.guesses.takeForClaim(emailKey, 'sign-up', signUpId!);
  }
}
