import type { NoticeClaims } from './notices/provider-notice.js';

/** An account at a provider, as the provider vouches for it. */
export interface ProviderAccount {
  readonly provider: string;
  /** The provider's id of the account. Only this id identifies it: an address may move to another person. */
  readonly subject: string;
  readonly email: string | null;
  /** Whether the provider has seen that the account receives mail there. */
  readonly emailVerified: boolean;
  readonly name: string | null;
}

/** The provider's lasting permission for this service, which unlinking takes back. */
export interface ProviderGrant {
  readonly refreshToken: string;
  /** The client that it was issued to: the pages or one app. */
  readonly clientId: string;
}

/** What a provider answers to a login. */
export interface ProviderLogin {
  readonly account: ProviderAccount;
  /** Null unless the provider gave a refresh token that can take the permission back. */
  readonly grant: ProviderGrant | null;
}

/** Values that the server keeps from an authorization request until its answer. */
export interface RequestSecrets {
  readonly nonce: string;
  /** Of PKCE (RFC 7636). */
  readonly codeVerifier: string;
  /**
   * The beginning of this journey, in milliseconds since 1970. Set only where the person must
   * authenticate at the provider during the journey, even with a session there.
   */
  readonly reauthenticatesSinceMs?: number | undefined;
}

export interface AuthorizationRequest extends RequestSecrets {
  readonly redirectUri: string;
  readonly state: string;
}

/** What the provider sent to the redirect URI. */
export interface AuthorizationAnswer {
  readonly code: string;
  /** Which provider answered (RFC 9207); absent where it never states that. */
  readonly iss?: string | undefined;
}

/** What an app got from the provider's SDK. */
export interface NativeAnswer {
  readonly idToken: string;
  readonly nonce: string;
  /** Of Sign in with Apple: exchanged for a refresh token. */
  readonly authorizationCode?: string | undefined;
}

/**
 * What this service needs to take a permission back at the provider: the {@link ProviderGrant} or the
 * subject. With `none`, it cannot take permissions back.
 */
export type RevocationMeans = 'grant' | 'subject' | 'none';

/** A security event token that has passed the checks of {@link IdentityProvider.verifyNotice}. */
export interface VerifiedToken {
  readonly claims: NoticeClaims;
  readonly issuers: readonly string[];
}

/** One provider and its protocol. */
export interface IdentityProvider {
  /** Whether the provider can state in a signed token when a person authenticated. */
  readonly statesAuthenticationTime: boolean;
  /** @throws ProviderUnavailableError */
  authorizationUrl(request: AuthorizationRequest): Promise<string>;
  /** @throws ProviderUnavailableError; any other Error where the answer is refused */
  exchange(request: AuthorizationRequest, answer: AuthorizationAnswer): Promise<ProviderLogin>;
  /**
   * Checks an ID token that the provider's SDK gave to an app.
   * @throws ProviderUnavailableError; any other Error where the token is refused
   */
  verifyNative(answer: NativeAnswer): Promise<ProviderLogin>;

  readonly revocationMeans: RevocationMeans;
  /**
   * Takes the permission of this service back. Does nothing where the provider has done so already.
   * @param grant null unless {@link revocationMeans} asks for one
   * @throws Error where it has to be tried again
   */
  revoke(subject: string, grant: ProviderGrant | null): Promise<void>;

  /**
   * Checks the signature, issuer, audience and age of a security event token; absent where the provider sends none.
   * @returns its claims, and the issuers that its subjects may belong to
   * @throws ProviderUnavailableError; any other Error where the token is refused
   */
  readonly verifyNotice?: (token: string, maxAgeSeconds: number) => Promise<VerifiedToken>;
}
