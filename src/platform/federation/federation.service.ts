import { Injectable } from '@nestjs/common';
import { AppConfig } from '../config/app-config.js';
import { digest } from '../crypto/digest.js';
import { FieldCipher } from '../crypto/field-cipher.js';
import { KeyRing } from '../crypto/key-ring.js';
import { randomToken } from '../crypto/random.js';
import { DomainError } from '../http/problems/domain-error.js';
import type {
  AuthorizationAnswer,
  IdentityProvider,
  NativeAnswer,
  ProviderAccount,
  RequestSecrets,
} from './identity-provider.js';
import { IdentityProviders } from './identity-providers.js';
import { findVouchedAddress } from './mailbox-trust.js';
import { ProviderGrantsService } from './provider-grants.service.js';
import { isProviderUnavailable } from './provider-http.js';
import { SocialRequestsRepository } from './social-requests.repository.js';

/** Time to log in at the provider. */
const REQUEST_SECONDS = 600;
/** Longer than an ID token of an app is accepted after it was issued. */
const USED_TOKEN_SECONDS = 900;
/** When a client may ask again for a provider that is down. */
const RETRY_SECONDS = 30;

/** What the client wants for the session that its journey ends in. */
export interface JourneyOptions {
  readonly redirectUri?: string | undefined;
  readonly transport?: string | undefined;
  readonly binding?: string | undefined;
  /** Whether the person must authenticate at the provider even with a session there. */
  readonly reauthenticate?: boolean | undefined;
}

export interface StartedJourney {
  readonly authorizationUrl: string;
  /** A secret of the client: an answer counts only from the client that has it. */
  readonly requestId: string;
  /** Seconds. */
  readonly expiresIn: number;
}

/** How a journey came back to the client. */
export interface JourneyAnswer extends AuthorizationAnswer {
  readonly requestId: string;
  readonly state: string;
}

/** A journey that is over, with what its beginning asked for. */
export interface FinishedJourney {
  readonly account: ProviderAccount;
  readonly transport: string | null;
  readonly binding: string | null;
  /** Whether the person has authenticated at the provider during the journey. */
  readonly isReauthentication: boolean;
}

/**
 * Sends members to their provider and checks what comes back. It knows providers and no members:
 * its result is an account at a provider that the client has just logged in to.
 */
@Injectable()
export class FederationService {
  private readonly cipher: FieldCipher;

  constructor(
    private readonly config: AppConfig,
    private readonly providers: IdentityProviders,
    private readonly requests: SocialRequestsRepository,
    private readonly grants: ProviderGrantsService,
    keys: KeyRing,
  ) {
    this.cipher = new FieldCipher(keys.all('social-request'));
  }

  /** The configured providers. */
  list(): { readonly id: string; readonly name: string }[] {
    return this.config.socialProviders.map(({ id, name }) => ({ id, name }));
  }

  /** The address, in canonical form, whose mailbox needs no other proof than the provider's word; null for none. */
  findVouchedAddress(account: ProviderAccount): string | null {
    const settings = this.config.socialProviders.find(({ id }) => id === account.provider);
    return settings ? findVouchedAddress(account, settings) : null;
  }

  /**
   * Begins a journey to a provider.
   * @throws DomainError `not_found` for a provider that is not configured, `validation_failed` for
   * a redirect URI that is not on the list and for a provider that cannot reauthenticate,
   * `provider_unavailable`
   */
  async start(providerId: string, options: JourneyOptions): Promise<StartedJourney> {
    const { redirectUri, transport, binding, reauthenticate = false } = options;
    const provider = this.get(providerId);
    if (reauthenticate && !provider.statesAuthenticationTime)
      throw new DomainError('validation_failed', {
        fields: [{ field: 'reauthenticate', code: 'invalid_value', params: { allowed: 'false' } }],
      });
    const allowed = this.config.socialRedirectUris;
    const target = redirectUri ?? allowed[0]!;
    // Compared as text: each reading of URLs has its tricks (SO-08, RFC 9700 section 4.1.3).
    if (!allowed.includes(target))
      throw new DomainError('validation_failed', {
        fields: [{ field: 'redirectUri', code: 'invalid_value', params: { allowed: 'SOCIAL_REDIRECT_URIS' } }],
      });
    const secrets: RequestSecrets = {
      ...{ nonce: randomToken(), codeVerifier: randomToken() },
      ...(reauthenticate && { reauthenticatesSinceMs: Date.now() }),
    };
    const [requestId, state] = [randomToken(), randomToken()];
    const request = { ...secrets, redirectUri: target, state };
    const authorizationUrl = await this.attempt(providerId, () => provider.authorizationUrl(request));
    const idDigest = digest(requestId);
    await this.requests.insert(
      {
        ...{ idDigest, provider: providerId, stateDigest: digest(state), redirectUri: target },
        sealed: this.cipher.encrypt(JSON.stringify(secrets), idDigest.toString('hex')),
        transport: transport ?? null,
        binding: binding ?? null,
      },
      REQUEST_SECONDS,
    );
    return { authorizationUrl, requestId, expiresIn: REQUEST_SECONDS };
  }

  /**
   * Checks the answer of a provider, once. Holds no connection to the database while it waits.
   * @throws DomainError `not_found`, `social_login_failed`, `provider_unavailable`
   */
  async finish(providerId: string, { requestId, state, code, iss }: JourneyAnswer): Promise<FinishedJourney> {
    const provider = this.get(providerId);
    // Needs both secrets. A foreign page can send a code and a state of its own, but not the requestId
    // of this client (SO-03). The thief of a requestId does not have the state (SO-04).
    const request = await this.requests.take(digest(requestId), providerId, digest(state));
    if (!request) throw new DomainError('social_login_failed', { detail: 'no such request' });
    const { idDigest, sealed, redirectUri, transport, binding, postedName } = request;
    const secrets = JSON.parse(this.cipher.decrypt(sealed, idDigest.toString('hex'))) as RequestSecrets;
    const login = await this.attempt(providerId, () =>
      provider.exchange({ ...secrets, redirectUri, state }, { code, iss }),
    );
    const isReauthentication = secrets.reauthenticatesSinceMs !== undefined;
    return { account: await this.grants.keep(login, postedName), transport, binding, isReauthentication };
  }

  /**
   * Finds where the client of a journey awaits an answer that the provider posted to this server.
   * Changes nothing but the name: the answer counts only together with the `requestId`.
   * @throws DomainError `not_found`, `social_login_failed`
   */
  async relay(providerId: string, state: string, name: string | null): Promise<string> {
    if (!this.config.socialProviders.some(({ id, postsAnswer }) => id === providerId && postsAnswer))
      throw new DomainError('not_found', { detail: 'the provider posts no answers' });
    const redirectUri = await this.requests.keepPostedName(providerId, digest(state), name);
    if (redirectUri === null) throw new DomainError('social_login_failed', { detail: 'no such request' });
    return redirectUri;
  }

  /**
   * Checks an ID token that an app got from the provider's SDK. It works once (SO-07).
   * @throws DomainError `not_found`, `social_login_failed`, `provider_unavailable`
   */
  async verifyNative(providerId: string, answer: NativeAnswer): Promise<ProviderAccount> {
    const provider = this.get(providerId);
    if (!this.config.socialProviders.some(({ id, nativeAudiences }) => id === providerId && nativeAudiences.length > 0))
      throw new DomainError('not_found', { detail: 'no apps of this provider' });
    const login = await this.attempt(providerId, () => provider.verifyNative(answer));
    // By its nonce, because a signature can be written in several ways.
    const use = digest(`${providerId} ${answer.nonce}`);
    const isFirst = await this.requests.spendToken(use, providerId, USED_TOKEN_SECONDS);
    if (!isFirst) throw new DomainError('social_login_failed', { detail: 'nonce used before' });
    return this.grants.keep(login, null);
  }

  private get(providerId: string): IdentityProvider {
    const provider = this.providers.find(providerId);
    if (!provider) throw new DomainError('not_found', { detail: 'no such provider' });
    return provider;
  }

  private async attempt<T>(providerId: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      const detail = `${providerId}: ${(error as Error).message}`;
      if (isProviderUnavailable(error))
        throw new DomainError('provider_unavailable', { detail, cause: error, retryAfter: RETRY_SECONDS });
      throw new DomainError('social_login_failed', { detail, cause: error });
    }
  }
}
