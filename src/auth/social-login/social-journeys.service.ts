import { randomInt } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { FederationService, type JourneyAnswer } from '../../platform/federation/federation.service.js';
import type { NativeAnswer, ProviderAccount } from '../../platform/federation/identity-provider.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import { IpLimitsService } from '../../security/rate-limits/ip-limits.service.js';
import type { SessionBinding, TokenTransport } from '../../sessions/session.entity.js';
import type { FirstFactorOutcome } from '../login/first-factor.service.js';
import { SignUpPolicy } from '../sign-up/sign-up-policy.js';
import { deviceOf, type BrowserContext, type DeviceStatement } from '../tokens/token-cookies.js';
import { suggestLoginId } from './login-id-suggestion.js';
import { PendingSocialSignUpsService, SIGN_UP_SECONDS } from './pending-social-sign-ups.service.js';
import { SocialLoginService } from './social-login.service.js';

/** What the client showed beside the body of its request. */
export interface ClientProofs {
  readonly browser: BrowserContext;
  /** The key that the request proved; null for none. */
  readonly keyThumbprint: string | null;
}

/** An account at a provider that has no member yet. */
export interface SignUpRequired {
  readonly status: 'sign_up_required';
  readonly signUpId: string;
  readonly email?: string;
  readonly emailProven: boolean;
  readonly suggestedLoginId: string;
  /** Seconds. */
  readonly expiresIn: number;
}

/** Ends journeys to providers: with a login, or with the question for a login ID. */
@Injectable()
export class SocialJourneysService {
  constructor(
    private readonly federation: FederationService,
    private readonly socialLogin: SocialLoginService,
    private readonly pendingSignUps: PendingSocialSignUpsService,
    private readonly ipLimits: IpLimitsService,
    private readonly policy: SignUpPolicy,
  ) {}

  /**
   * Ends a journey through the browser.
   * @throws DomainError `not_found`, `social_login_failed`, `provider_unavailable`, `origin_not_allowed`,
   * `proof_required`, `invalid_credentials`, `sign_up_closed`
   */
  async complete(
    provider: string,
    answer: JourneyAnswer,
    device: DeviceStatement,
    proofs: ClientProofs,
    context: ClientContext,
  ): Promise<FirstFactorOutcome | SignUpRequired> {
    const { account, transport, binding } = await this.federation.finish(provider, answer);
    const session = {
      transport: (transport ?? undefined) as TokenTransport | undefined,
      binding: (binding ?? undefined) as SessionBinding | undefined,
    };
    return this.proceed(account, { ...device, ...session }, proofs, context);
  }

  /**
   * Ends a login in an app with the provider's SDK.
   * @throws DomainError as {@link complete}; `too_many_requests`
   */
  async completeNative(
    provider: string,
    answer: NativeAnswer,
    device: DeviceStatement,
    proofs: ClientProofs,
    context: ClientContext,
  ): Promise<FirstFactorOutcome | SignUpRequired> {
    await this.ipLimits.takeRequest(context);
    // Checked before the ID token, which works once.
    deviceOf(device, proofs.browser, proofs.keyThumbprint);
    const account = await this.federation.verifyNative(provider, answer);
    return this.proceed(account, device, proofs, context);
  }

  /**
   * The answer about an unknown account does not depend on who has its address: an attacker could
   * put any address into an account (EN-04).
   */
  private async proceed(
    account: ProviderAccount,
    statement: DeviceStatement,
    { browser, keyThumbprint }: ClientProofs,
    context: ClientContext,
  ): Promise<FirstFactorOutcome | SignUpRequired> {
    const device = deviceOf(statement, browser, keyThumbprint);
    const outcome = await this.socialLogin.login(account, device, context);
    if (outcome) return outcome;
    // Otherwise the client would ask for a login ID and an address in vain.
    this.policy.checkOpen();
    return {
      status: 'sign_up_required',
      signUpId: await this.pendingSignUps.add({ account, statement, keyThumbprint }),
      ...(account.email !== null && { email: account.email }),
      emailProven: this.federation.findVouchedAddress(account) !== null,
      suggestedLoginId: suggestLoginId(account, String(randomInt(1000, 10_000))),
      expiresIn: SIGN_UP_SECONDS,
    };
  }
}
