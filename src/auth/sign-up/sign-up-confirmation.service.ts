import { Injectable } from '@nestjs/common';
import type { ClientContext } from '../../platform/http/client-context.js';
import { digest, equalDigests } from '../../platform/crypto/digest.js';
import { DomainError } from '../../platform/http/problems/domain-error.js';
import { hashOwner } from '../../security/passwords/fair-shares.js';
import { PasswordsService } from '../../security/passwords/passwords.service.js';
import type { IssuedTokens } from '../../sessions/session-tokens.js';
import { ChallengeCodesService } from '../../verification/challenge-codes.service.js';
import { ChallengeLinksService } from '../../verification/challenge-links.service.js';
import { LoginIdChoicesService } from '../../security/rate-limits/login-id-choices.service.js';
import { SignUpActivationService, type AnsweredChallenge, type Confirmation } from './sign-up-activation.service.js';
import { SignUpLinksService } from './sign-up-links.service.js';
import type { SignUp } from './sign-up.entity.js';
import { SignUpsRepository } from './sign-ups.repository.js';

/** Shows that the person who opened the link is the one who signed up. Exactly one field is set. */
export interface LinkWitness {
  readonly signUpId?: string;
  readonly password?: string;
}

/** Refusals that a confirmation may get because another one at the same moment was first. */
const REFUSED_AS_SECOND: ReadonlySet<string> = new Set(['code_invalid', 'link_invalid', 'too_many_attempts']);

/** Confirms sign-ups by the mailed code or link. */
@Injectable()
export class SignUpConfirmationService {
  constructor(
    private readonly signUps: SignUpsRepository,
    private readonly signUpLinks: SignUpLinksService,
    private readonly challengeCodes: ChallengeCodesService,
    private readonly challengeLinks: ChallengeLinksService,
    private readonly passwords: PasswordsService,
    private readonly loginIdChoices: LoginIdChoicesService,
    private readonly activation: SignUpActivationService,
  ) {}

  /**
   * @throws DomainError `code_invalid`, `already_confirmed`, `too_many_attempts`, `login_id_taken`,
   * `email_taken`
   */
  async confirmByCode(
    signUpId: string,
    code: string,
    confirmation: Confirmation,
    context: ClientContext,
  ): Promise<IssuedTokens> {
    const signUp = await this.signUps.findBySignUpId(digest(signUpId));
    if (!signUp) throw new DomainError('code_invalid', { detail: 'no such sign-up' });
    // Only the client that signed up has the signUpId, and only its own confirmation sets this.
    if (signUp.confirmedAt) throw new DomainError('already_confirmed');
    try {
      const { id } = await this.challengeCodes.guessOfSignUp(signUp.id, code, context);
      return await this.activateAfterGuess(signUp, { id, method: 'code' }, confirmation, context);
    } catch (error) {
      // As above, for a right and a wrong code alike: the answer does not show which it was.
      throw await this.correctRefusal(error, signUp);
    }
  }

  /**
   * Confirms by link, together with the `signUpId` of the same client or the sign-up password. The
   * mailbox alone is not enough: an attacker could sign up with an address of someone else, and its
   * owner would activate an account whose password the attacker knows.
   * @throws DomainError `link_invalid`, `link_expired`, `already_confirmed`, `invalid_credentials`,
   * `too_many_attempts`, `login_id_taken`, `email_taken`
   */
  async confirmByLink(
    linkToken: string,
    witness: LinkWitness,
    confirmation: Confirmation,
    context: ClientContext,
  ): Promise<IssuedTokens> {
    if ((witness.signUpId === undefined) === (witness.password === undefined)) {
      throw new DomainError('validation_failed', {
        fields: [{ field: 'signUpId', code: 'one_of_needed', params: { names: 'signUpId, password' } }],
      });
    }
    const signUp = await this.signUpLinks.getSignUp(linkToken);
    try {
      return await this.confirmByWitness(signUp, linkToken, witness, confirmation, context);
    } catch (error) {
      throw await this.correctRefusal(error, signUp);
    }
  }

  /**
   * Of two confirmations at the same moment, the second may find the code or link used at any step.
   * The sign-up is then confirmed, and neither is reported as invalid.
   */
  private async correctRefusal(error: unknown, { id }: SignUp): Promise<unknown> {
    const mayBeSecond = error instanceof DomainError && REFUSED_AS_SECOND.has(error.code);
    const isConfirmed = mayBeSecond && (await this.signUps.find(id))?.confirmedAt;
    return isConfirmed ? new DomainError('already_confirmed') : error;
  }

  private async confirmByWitness(
    signUp: SignUp,
    linkToken: string,
    { signUpId, password }: LinkWitness,
    confirmation: Confirmation,
    context: ClientContext,
  ): Promise<IssuedTokens> {
    const challenge = await this.challengeLinks.get('sign-up', linkToken);
    const answered = { id: challenge.id, method: 'link' } as const;
    if (signUpId !== undefined) {
      // 256 random bits cannot be guessed, so this is not counted as a guess.
      if (!equalDigests(signUp.signUpIdDigest, digest(signUpId)))
        throw new DomainError('invalid_credentials', { detail: 'another client' });
      return this.activate(signUp, answered, confirmation, context);
    }
    await this.challengeLinks.countPasswordGuess(challenge);
    if (!(await this.matches(signUp, password!, challenge.id, context)))
      throw new DomainError('invalid_credentials', { detail: 'not the sign-up password' });
    return this.activateAfterGuess(signUp, answered, confirmation, context);
  }

  /** Refunds the guess where the password is not compared, as when the server is overloaded. */
  private async matches(
    signUp: SignUp,
    password: string,
    challengeId: string,
    context: ClientContext,
  ): Promise<boolean> {
    try {
      const owner = hashOwner(context, signUp.emailKey);
      return await this.passwords.verify(signUp.passwordHash, password, { owner });
    } catch (error) {
      await this.challengeCodes.refundGuess(challengeId);
      throw error;
    }
  }

  /**
   * Refunds the guess of a right code or password where the sign-up is refused for another reason, such
   * as a taken login ID. The member can try again.
   */
  private async activateAfterGuess(
    signUp: SignUp,
    challenge: AnsweredChallenge,
    confirmation: Confirmation,
    context: ClientContext,
  ): Promise<IssuedTokens> {
    try {
      return await this.activate(signUp, challenge, confirmation, context);
    } catch (error) {
      if (error instanceof DomainError) await this.challengeCodes.refundGuess(challenge.id);
      throw error;
    }
  }

  private async activate(
    signUp: SignUp,
    challenge: AnsweredChallenge,
    confirmation: Confirmation,
    context: ClientContext,
  ): Promise<IssuedTokens> {
    if (confirmation.loginId !== undefined) await this.loginIdChoices.takeWithRequest(signUp.id, context);
    return this.activation.activate(signUp, challenge, confirmation, context);
  }
}
