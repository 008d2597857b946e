import { Injectable } from '@nestjs/common';
import type { DocumentVersion } from '../../platform/consents/consent-documents.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import { DomainError } from '../../platform/http/problems/domain-error.js';
import type { MailLocale } from '../../platform/i18n/mail-locale.js';
import { hashOwner } from '../../security/passwords/fair-shares.js';
import { PasswordsService } from '../../security/passwords/passwords.service.js';
import { IpLimitsService } from '../../security/rate-limits/ip-limits.service.js';
import { LoginIdChoicesService } from '../../security/rate-limits/login-id-choices.service.js';
import type { DeviceInfo } from '../../sessions/devices/known-devices.service.js';
import type { IssuedTokens } from '../../sessions/session-tokens.js';
import { isReservedLoginId } from '../../users/login-id.js';
import { ChallengeCodesService } from '../../verification/challenge-codes.service.js';
import { SignUpRulesService } from '../sign-up/sign-up-rules.service.js';
import { InvitationAcceptanceService } from './invitation-acceptance.service.js';
import { InvitationLookupService, type InvitationProof, type ProvenInvitation } from './invitation-lookup.service.js';

/** What an invited person chooses. */
export interface InvitationAnswer extends InvitationProof {
  readonly loginId: string;
  readonly password: string;
  readonly name?: string | null;
  readonly locale?: MailLocale;
  readonly attributes?: Record<string, unknown>;
  readonly consents?: readonly DocumentVersion[];
}

/**
 * Refusals after which the guess stays counted: the code was used or replaced by another request, or
 * too many login IDs were tried.
 */
const KEEPS_GUESS: ReadonlySet<string> = new Set(['code_invalid', 'too_many_attempts']);

/** Takes the answers of invited people: checks them, hashes the password, and accepts. */
@Injectable()
export class InvitationAnswersService {
  constructor(
    private readonly lookup: InvitationLookupService,
    private readonly acceptance: InvitationAcceptanceService,
    private readonly challengeCodes: ChallengeCodesService,
    private readonly passwords: PasswordsService,
    private readonly rules: SignUpRulesService,
    private readonly ipLimits: IpLimitsService,
    private readonly loginIdChoices: LoginIdChoicesService,
  ) {}

  /**
   * @throws DomainError `validation_failed`, `consent_required`, `password_too_common`, `code_invalid`,
   * `invitation_invalid`, `invitation_expired`, `already_confirmed`, `login_id_taken`, `email_taken`,
   * `too_many_attempts`, `too_many_requests`, `overloaded`, `refused_by_product`
   */
  async accept(answer: InvitationAnswer, device: DeviceInfo, context: ClientContext): Promise<IssuedTokens> {
    await this.ipLimits.takeRequest(context);
    if (isReservedLoginId(answer.loginId))
      throw new DomainError('validation_failed', { fields: [{ field: 'loginId', code: 'login_id_reserved' }] });
    const proven = await this.lookup.prove(answer, context);
    try {
      return await this.acceptProven(proven, answer, device, context);
    } catch (error) {
      // The code was right, so the person may try again with another login ID or password.
      if (proven.method === 'code' && error instanceof DomainError && !KEEPS_GUESS.has(error.code))
        await this.challengeCodes.refundGuess(proven.challengeId);
      throw error;
    }
  }

  private async acceptProven(
    proven: ProvenInvitation,
    answer: InvitationAnswer,
    device: DeviceInfo,
    context: ClientContext,
  ): Promise<IssuedTokens> {
    const { invitation } = proven;
    const { loginId, name = null, locale = context.mailLocale ?? context.locale } = answer;
    const declared = this.rules.readInvited(answer, invitation.attributes, context);
    await this.loginIdChoices.take(`invitation ${invitation.id}`);
    const details = { loginId, email: invitation.email, name };
    const options = { owner: hashOwner(context, invitation.emailKey) };
    const passwordHash = await this.passwords.hashNew(answer.password, details, 'password', options);
    return this.acceptance.accept(proven, { loginId, passwordHash, name, locale, ...declared }, device, context);
  }
}
