import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { ClientContext } from '../../platform/http/client-context.js';
import type { DocumentVersion } from '../../platform/consents/consent-documents.js';
import { parseEmailAddress } from '../../platform/addresses/email-address.js';
import { isReservedLoginId } from '../../users/login-id.js';
import { Database } from '../../platform/database/database.js';
import { DomainError } from '../../platform/http/problems/domain-error.js';
import { hashOwner } from '../../security/passwords/fair-shares.js';
import { PasswordsService } from '../../security/passwords/passwords.service.js';
import { IpLimitsService } from '../../security/rate-limits/ip-limits.service.js';
import { MailBudgetService } from '../../security/rate-limits/mail-budget.service.js';
import type { MailLocale } from '../../platform/i18n/mail-locale.js';
import type { ImportedClaim } from '../../users/imports/imported-claim.entity.js';
import { SignUpRulesService } from './sign-up-rules.service.js';
import { PendingSignUpsService } from './pending-sign-ups.service.js';
import { SignUpContinuationService } from './sign-up-continuation.service.js';
import { NO_PASSWORD, type NewSignUp } from './sign-ups.repository.js';

export interface SignUpDetails {
  readonly loginId: string;
  readonly email: string;
  readonly password: string;
  readonly name?: string | null;
  readonly locale?: MailLocale;
  readonly attributes?: Record<string, unknown>;
  readonly consents?: readonly DocumentVersion[];
  /** Of an earlier sign-up of this client on the same address, which this one replaces. */
  readonly signUpId?: string;
}

/** A recorded sign-up. */
export interface RequestedSignUp {
  /** Only the client that signed up gets it. */
  readonly signUpId: string;
  /** Whole seconds until another mail can be requested. */
  readonly resendAfter: number;
}

/** A sign-up with an account at a provider in place of a password. */
export type FederatedSignUp = Omit<NewSignUp, 'id' | 'passwordHash'>;

/** Takes requests to sign up. */
@Injectable()
export class SignUpRequestsService {
  constructor(
    private readonly database: Database,
    private readonly passwords: PasswordsService,
    private readonly ipLimits: IpLimitsService,
    private readonly mailBudget: MailBudgetService,
    private readonly pendingSignUps: PendingSignUpsService,
    private readonly continuation: SignUpContinuationService,
    private readonly rules: SignUpRulesService,
  ) {}

  /**
   * Records a sign-up and mails its challenge. The answer and the work are the same when the
   * address has an account. The same login ID, address and password again, from the same client,
   * continue the earlier sign-up: after a double click, the code in the mailbox fits both answers
   * (SS-08).
   * @throws DomainError `validation_failed`, `sign_up_closed`, `consent_required`, `password_too_common`, `too_many_attempts`,
   * `too_many_requests`, `overloaded`
   */
  async request(details: SignUpDetails, context: ClientContext): Promise<RequestedSignUp> {
    await this.ipLimits.takeRequest(context);
    if (isReservedLoginId(details.loginId))
      throw new DomainError('validation_failed', { fields: [{ field: 'loginId', code: 'login_id_reserved' }] });
    const declared = this.rules.read(details, context);
    const { address, key: emailKey } = parseEmailAddress(details.email)!;
    this.rules.checkAddress(emailKey);
    const claim = { emailKey, loginId: details.loginId };
    const earlier = await this.continuation.findEarlier(details.signUpId, claim);
    // Hashed before the address is looked up: known and unknown addresses cost the same.
    const options = { owner: hashOwner(context, emailKey), salt: this.continuation.saltOf(claim, context) };
    const passwordHash = await this.passwords.hashNew(details.password, details, 'password', options);
    const signUp: NewSignUp = {
      id: randomUUID(),
      ...claim,
      email: address,
      passwordHash,
      identity: null,
      name: details.name ?? null,
      locale: details.locale ?? context.mailLocale ?? context.locale,
      ...declared,
    };
    const ownId = this.continuation.idOf(emailKey, details.loginId, passwordHash);
    return this.record(signUp, ownId, earlier, context);
  }

  /**
   * As {@link request}, with an account at a provider. Again with another login ID, it continues
   * the sign-up.
   * @param socialSignUpId which only the client that logged in at the provider has
   * @throws DomainError `sign_up_closed`, `too_many_attempts`
   */
  async requestFederated(
    signUp: FederatedSignUp,
    socialSignUpId: string,
    context: ClientContext,
  ): Promise<RequestedSignUp> {
    this.rules.checkAddress(signUp.emailKey);
    const ownId = this.continuation.idOf(signUp.emailKey, socialSignUpId);
    const earlier = await this.continuation.findEarlier(ownId, signUp);
    return this.record({ id: randomUUID(), passwordHash: NO_PASSWORD, ...signUp }, ownId, earlier, context);
  }

  /**
   * As {@link request}, for an imported account whose password matched. The password is in use
   * already, so the rules for new ones do not apply. SIGN_UP does not, either: the account exists.
   * @throws DomainError `overloaded`
   */
  async requestImported(account: ImportedClaim, password: string, context: ClientContext): Promise<RequestedSignUp> {
    const { id: importedClaimId, loginId, email, emailKey, name, locale, attributes } = account;
    const options = { owner: hashOwner(context, emailKey), salt: this.continuation.saltOf(account, context) };
    const passwordHash = await this.passwords.rehash(password, options);
    const profile = { loginId, email, emailKey, name, locale, attributes };
    const signUp: NewSignUp = {
      id: randomUUID(),
      ...profile,
      passwordHash,
      identity: null,
      importedClaimId,
      consents: null,
    };
    return this.record(signUp, this.continuation.idOf(emailKey, loginId, passwordHash), null, context);
  }

  private async record(
    signUp: NewSignUp,
    ownId: string,
    earlier: Buffer | null,
    context: ClientContext,
  ): Promise<RequestedSignUp> {
    const { mayMail, mayNotify, resendAfter } = await this.mailBudget.takeForSignUp(signUp.emailKey);
    const signUpId = await this.database.transaction((tx) =>
      this.pendingSignUps.add(tx, signUp, ownId, earlier, { mayMail, mayNotify }, context),
    );
    return { signUpId, resendAfter };
  }
}
