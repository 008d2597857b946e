import { Injectable } from '@nestjs/common';
import { settleAll } from '../../platform/concurrency/settle-all.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import type { IssuedMfaToken } from '../../mfa/challenges/login-challenges.service.js';
import type { SessionOpening } from '../../sessions/session-opening.service.js';
import { MembersRepository, type LoginCandidate } from '../../users/members.repository.js';
import { LoginCompletionService, type CompletedLogin, type PendingLogin } from './login-completion.service.js';
import { SecondFactorLoginService } from './second-factor-login.service.js';

/** What follows a first factor: a session, or the question for a second factor. */
export type FirstFactorOutcome = CompletedLogin | ({ status: 'mfa_required' } & IssuedMfaToken);

/** Continues a login whose first factor matched, whichever it was. */
@Injectable()
export class FirstFactorService {
  constructor(
    private readonly members: MembersRepository,
    private readonly secondFactor: SecondFactorLoginService,
    private readonly completion: LoginCompletionService,
  ) {}

  /**
   * Asks for the second factor, or completes the login where none is enrolled.
   * @returns null where the risk is too high
   */
  async proceed(
    opening: SessionOpening,
    login: PendingLogin,
    candidate: LoginCandidate,
    context: ClientContext,
  ): Promise<FirstFactorOutcome | null> {
    const { tx } = opening;
    // The member is locked before the second factors are read. An enrolment takes the same lock:
    // once it is acknowledged, no login gets in without the new factor (CC-06).
    const [, isSecondFactorRequired, assessed] = await settleAll([
      this.members.lock(tx, candidate.id),
      this.secondFactor.determineRequired(tx, candidate.id, context),
      this.completion.describe(tx, login, context),
    ]);
    if (!isSecondFactorRequired) return this.completion.complete(opening, { ...login, assessed }, candidate, context);
    if (!(await this.completion.allowsFurtherStep(tx, { ...login, assessed }, context))) return null;
    return { status: 'mfa_required', ...(await this.secondFactor.begin(tx, login)) };
  }
}
