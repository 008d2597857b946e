import { Injectable } from '@nestjs/common';
import { AppConfig } from '../../platform/config/app-config.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import { DomainError } from '../../platform/http/problems/domain-error.js';
import { ImportedClaimsRepository } from '../../users/imports/imported-claims.repository.js';
import { codeLifetimes, type CodeLifetimes } from '../../verification/email-challenge.dto.js';
import { SignUpRequestsService } from '../sign-up/sign-up-requests.service.js';

/** The login of an imported account whose address is still to be proven. */
export interface UnprovenLogin extends CodeLifetimes {
  readonly status: 'confirmation_required';
  /** For the operations of a sign-up. */
  readonly signUpId: string;
}

/**
 * Turns an imported account with an unproven address into a sign-up (IM-18). Its owner then enters
 * the mailed code, as after any sign-up. The account gets no session before that.
 */
@Injectable()
export class UnprovenLoginService {
  constructor(
    private readonly config: AppConfig,
    private readonly claims: ImportedClaimsRepository,
    private readonly signUpRequests: SignUpRequestsService,
  ) {}

  /**
   * Call it after the password matched. The same login again, from the same client address, continues
   * the sign-up. Until another mail may go out, the code that was mailed stays valid.
   * @throws DomainError `invalid_credentials`, `overloaded`
   */
  async begin(claimId: string, password: string, context: ClientContext): Promise<UnprovenLogin> {
    const claim = await this.claims.find(claimId);
    if (claim === null)
      throw new DomainError('invalid_credentials', { detail: 'the claim became a member or expired' });
    const { signUpId, resendAfter } = await this.signUpRequests.requestImported(claim, password, context);
    return { status: 'confirmation_required', signUpId, ...codeLifetimes(this.config, resendAfter) };
  }
}
