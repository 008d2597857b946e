import { Injectable } from '@nestjs/common';
import type { ClientContext } from '../../platform/http/client-context.js';
import type { Tx } from '../../platform/database/sql.js';
import { DomainError } from '../../platform/http/problems/domain-error.js';
import { LoginChallengesService, type IssuedMfaToken } from '../../mfa/challenges/login-challenges.service.js';
import type { OpenChallenge } from '../../mfa/challenges/mfa-challenges.repository.js';
import {
  SecondFactorVerificationService,
  type MatchedFactor,
  type SecondFactorAnswer,
} from '../../mfa/second-factor-verification.service.js';
import { isWrongFactor } from '../../mfa/wrong-factor.js';
import type { SessionKey } from '../../sessions/session.entity.js';
import { SessionOpeningService } from '../../sessions/session-opening.service.js';
import { MembersRepository } from '../../users/members.repository.js';
import { LoginCompletionService, type CompletedLogin, type PendingLogin } from './login-completion.service.js';
import { LoginRefusalsService } from './login-refusals.service.js';

/** What the client sends for the second step of a login. */
export interface SecondFactorStep {
  readonly mfaToken: string;
  readonly answer: SecondFactorAnswer;
  /** Whether the request comes from a page that may use cookies. */
  readonly isKnownOrigin: boolean;
  /** The key that this second request proved; the session is bound to it. */
  readonly key: SessionKey | null;
}

/** Performs the second step of a login: a code or a passkey after the password. */
@Injectable()
export class SecondFactorLoginService {
  constructor(
    private readonly openings: SessionOpeningService,
    private readonly members: MembersRepository,
    private readonly challenges: LoginChallengesService,
    private readonly verification: SecondFactorVerificationService,
    private readonly completion: LoginCompletionService,
    private readonly refusals: LoginRefusalsService,
  ) {}

  async determineRequired(tx: Tx, memberId: string, context: ClientContext): Promise<boolean> {
    return this.challenges.determineRequired(tx, memberId, context);
  }

  /** Issues the token with which the client sends the second factor. */
  async begin(tx: Tx, { owner, device, passwordFailures }: PendingLogin): Promise<IssuedMfaToken> {
    const { memberId, passwordVersion, firstFactor } = owner;
    const { knownDeviceId: deviceId, deviceName = null, transport = 'body' } = device;
    return this.challenges.issue(tx, {
      ...{ memberId, passwordVersion, firstFactor, deviceId, deviceName, transport, passwordFailures },
      provenFactor: null,
    });
  }

  /**
   * Completes a login with a second factor. The token is valid for one login. Attempts are counted
   * over all logins from unknown devices, and separately for each known device.
   * @throws DomainError `token_invalid`, `token_expired`, `code_invalid`, `passkey_invalid`,
   * `passkey_changed`, `invalid_credentials`, `too_many_attempts`, `origin_not_allowed`, `overloaded`
   */
  async complete(
    { mfaToken, answer, isKnownOrigin, key }: SecondFactorStep,
    context: ClientContext,
  ): Promise<CompletedLogin> {
    const challenge = await this.challenges.get(mfaToken);
    const { memberId, passwordVersion, firstFactor, deviceId, deviceName, transport, passwordFailures } = challenge;
    if (transport === 'cookie' && !isKnownOrigin)
      throw new DomainError('origin_not_allowed', { detail: 'second step' });
    const login: PendingLogin = {
      owner: { memberId, passwordVersion, firstFactor },
      device: { knownDeviceId: deviceId, deviceName, transport, key },
      passwordFailures,
      // Not stored with the challenge. The first step, which knew them, has not refused the login.
      ownPasswordFailures: 0,
    };
    const factor = await this.checkFactor(challenge, login, answer, context);
    const candidate = await this.members.getCandidate(memberId);
    const outcome = await this.openings.run(async (opening) => {
      const { tx } = opening;
      await this.members.lock(tx, memberId);
      await this.challenges.spend(tx, challenge);
      await this.verification.spend(tx, { memberId, firstFactor }, factor, context);
      const owner = { ...login.owner, provenFactor: factor.kind };
      return this.completion.complete(opening, { ...login, owner }, candidate, context);
    });
    return outcome ?? this.refusals.refuseRisky(candidate, login, context);
  }

  private async checkFactor(
    challenge: OpenChallenge,
    login: PendingLogin,
    answer: SecondFactorAnswer,
    context: ClientContext,
  ): Promise<MatchedFactor> {
    const { memberId } = login.owner;
    try {
      return await this.verification.attempt({ memberId, deviceId: login.device.knownDeviceId }, answer, context);
    } catch (error) {
      // Another refusal, such as `overloaded`, is no guess.
      const isWrong = isWrongFactor(error);
      if (isWrong || (error instanceof DomainError && error.code === 'too_many_attempts'))
        await this.refusals.recordWrongSecondFactor(challenge, login, isWrong, context);
      throw error;
    }
  }
}
