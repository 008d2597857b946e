import { Injectable } from '@nestjs/common';
import { parseEmailAddress, type EmailAddress } from '../../platform/addresses/email-address.js';
import type { DocumentVersion } from '../../platform/consents/consent-documents.js';
import { FederationService } from '../../platform/federation/federation.service.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import { DomainError } from '../../platform/http/problems/domain-error.js';
import { isVisibleLine } from '../../platform/http/validation/text-checks.js';
import type { MailLocale } from '../../platform/i18n/mail-locale.js';
import { IpLimitsService } from '../../security/rate-limits/ip-limits.service.js';
import type { IssuedTokens } from '../../sessions/session-tokens.js';
import { isReservedLoginId } from '../../users/login-id.js';
import { MAX_NAME_LENGTH } from '../../users/member-fields.js';
import { ClaimedIdentities } from '../sign-up/claimed-identities.js';
import { SignUpRulesService } from '../sign-up/sign-up-rules.service.js';
import { SignUpRequestsService, type RequestedSignUp } from '../sign-up/sign-up-requests.service.js';
import { deviceOf } from '../tokens/token-cookies.js';
import { PendingSocialSignUpsService, type PendingSocialSignUp } from './pending-social-sign-ups.service.js';
import type { ClientProofs } from './social-journeys.service.js';
import { VouchedSignUpService } from './vouched-sign-up.service.js';

export interface SocialSignUpDetails {
  /** Of the answer `sign_up_required`. */
  readonly signUpId: string;
  readonly loginId: string;
  /** Default: the address of the account at the provider. */
  readonly email?: string;
  readonly name?: string | null;
  readonly locale?: MailLocale;
  readonly attributes?: Record<string, unknown>;
  readonly consents?: readonly DocumentVersion[];
}

export type SocialSignUpOutcome =
  | { readonly status: 'authenticated'; readonly tokens: IssuedTokens }
  | ({ readonly status: 'confirmation_required' } & RequestedSignUp);

/** Signs up members who logged in at a provider. */
@Injectable()
export class SocialSignUpService {
  constructor(
    private readonly federation: FederationService,
    private readonly pendingSignUps: PendingSocialSignUpsService,
    private readonly vouched: VouchedSignUpService,
    private readonly requests: SignUpRequestsService,
    private readonly claimedIdentities: ClaimedIdentities,
    private readonly rules: SignUpRulesService,
    private readonly ipLimits: IpLimitsService,
  ) {}

  /**
   * Makes the member at once where the provider vouches for the mailbox and no member has it. In all
   * other cases the mailbox has to be proven as for any sign-up, and the answer is the same whether
   * or not the address is known (EN-04).
   * @throws DomainError `validation_failed`, `sign_up_invalid`, `proof_required`, `proof_invalid`,
   * `origin_not_allowed`, `sign_up_closed`, `consent_required`, `identity_taken`, `login_id_taken`, `too_many_attempts`, `too_many_requests`
   */
  async signUp(
    details: SocialSignUpDetails,
    { browser, keyThumbprint }: ClientProofs,
    context: ClientContext,
  ): Promise<SocialSignUpOutcome> {
    await this.ipLimits.takeRequest(context);
    if (isReservedLoginId(details.loginId))
      throw new DomainError('validation_failed', { fields: [{ field: 'loginId', code: 'login_id_reserved' }] });
    const declared = this.rules.read(details, context);
    const pending = await this.pendingSignUps.get(details.signUpId, keyThumbprint);
    const device = deviceOf(pending.statement, browser, keyThumbprint);
    const { account } = pending;
    const { address, key: emailKey } = addressOf(details, pending);
    this.rules.checkAddress(emailKey);
    const claim = {
      ...{ loginId: details.loginId, email: address, emailKey, ...declared },
      name: details.name === undefined ? memberName(account.name) : details.name,
      locale: details.locale ?? context.mailLocale ?? context.locale,
    };
    if (this.federation.findVouchedAddress(account) === emailKey) {
      const tokens = await this.vouched.signUp(claim, account, details.signUpId, device, context);
      if (tokens) return { status: 'authenticated', tokens };
    }
    const identity = this.claimedIdentities.encrypt(account, emailKey);
    const requested = await this.requests.requestFederated({ ...claim, identity }, details.signUpId, context);
    return { status: 'confirmation_required', ...requested };
  }
}

/** @throws DomainError `validation_failed` where neither the client nor the provider names a usable address */
function addressOf({ email }: SocialSignUpDetails, { account }: PendingSocialSignUp): EmailAddress {
  const address = parseEmailAddress(email ?? account.email ?? '');
  if (!address) throw new DomainError('validation_failed', { fields: [{ field: 'email', code: 'required' }] });
  return address;
}

/** The name at the provider, if a member could have entered it here. */
function memberName(name: string | null): string | null {
  const text = name?.trim().normalize('NFC') ?? '';
  return isVisibleLine(text, MAX_NAME_LENGTH) ? text : null;
}
