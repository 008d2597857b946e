import { Injectable } from '@nestjs/common';
import { TermsChallengesService } from '../../mfa/challenges/terms-challenges.service.js';
import type { DocumentVersion } from '../../platform/consents/consent-documents.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import { DomainError } from '../../platform/http/problems/domain-error.js';
import { ConsentsService } from '../../security/consents/consents.service.js';
import type { SessionKey } from '../../sessions/session.entity.js';
import { SessionOpeningService } from '../../sessions/session-opening.service.js';
import { MembersRepository } from '../../users/members.repository.js';
import { LoginCompletionService, type CompletedLogin, type PendingLogin } from '../login/login-completion.service.js';
import { LoginRefusalsService } from '../login/login-refusals.service.js';

/** What the client sends for the last step of a login. */
export interface TermsStep {
  readonly termsToken: string;
  readonly consents: readonly DocumentVersion[];
  /** Whether the request comes from a page that may use cookies. */
  readonly isKnownOrigin: boolean;
  /** The key that this request proved; the session is bound to it. */
  readonly key: SessionKey | null;
}

/** Performs the last step of a login whose member had to agree to documents. */
@Injectable()
export class TermsLoginService {
  constructor(
    private readonly openings: SessionOpeningService,
    private readonly members: MembersRepository,
    private readonly terms: TermsChallengesService,
    private readonly consents: ConsentsService,
    private readonly completion: LoginCompletionService,
    private readonly refusals: LoginRefusalsService,
  ) {}

  /**
   * Records the consents and completes the login. The token is valid for one login; while a required
   * consent is missing, it stays valid.
   * @throws DomainError `token_invalid`, `token_expired`, `consent_required`, `validation_failed`,
   * `invalid_credentials`, `origin_not_allowed`
   */
  async complete(
    { termsToken, consents, isKnownOrigin, key }: TermsStep,
    context: ClientContext,
  ): Promise<CompletedLogin> {
    const challenge = await this.terms.get(termsToken);
    const { memberId, passwordVersion, firstFactor, provenFactor, deviceId, deviceName, transport } = challenge;
    if (transport === 'cookie' && !isKnownOrigin)
      throw new DomainError('origin_not_allowed', { detail: 'terms of a login' });
    const given = this.consents.read(consents, context) ?? [];
    const login: PendingLogin = {
      owner: { memberId, passwordVersion, firstFactor, ...(provenFactor && { provenFactor }) },
      device: { knownDeviceId: deviceId, deviceName, transport, key },
      passwordFailures: challenge.passwordFailures,
      // Not stored with the challenge. The first step, which knew them, has not refused the login.
      ownPasswordFailures: 0,
      consents: given,
    };
    const candidate = await this.members.getCandidate(memberId);
    const outcome = await this.openings.run(async (opening) => {
      const { tx } = opening;
      const member = await this.members.lock(tx, memberId);
      // As for any login (CC-04).
      if (member === null || member.status === 'disabled' || member.passwordVersion !== passwordVersion)
        throw new DomainError('invalid_credentials', { detail: 'disabled, or the password changed during the login' });
      await this.terms.spend(tx, challenge);
      await this.consents.checkAdded(tx, memberId, given);
      return this.completion.complete(opening, login, candidate, context);
    });
    return outcome ?? this.refusals.refuseRisky(candidate, login, context);
  }
}
