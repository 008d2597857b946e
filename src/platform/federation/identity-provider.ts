/** An account at a provider, as the provider vouches for it. */
export interface ProviderAccount {
  readonly provider: string;
  /** The provider's id of the account; it alone identifies it. An address may move to another person. */
  readonly subject: string;
  readonly email: string | null;
  /** Whether the provider has seen that the account receives mail there. */
  readonly emailVerified: boolean;
  readonly name: string | null;
}

/** What one authorization request and its answer have in common. The server keeps it. */
export interface RequestSecrets {
  readonly nonce: string;
  /** Of PKCE (RFC 7636). */
  readonly codeVerifier: string;
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

/** One provider and its protocol. */
export interface IdentityProvider {
  /** @throws ProviderUnavailableError */
  authorizationUrl(request: AuthorizationRequest): Promise<string>;
  /** @throws ProviderUnavailableError; any other Error where the answer is refused */
  exchange(request: AuthorizationRequest, answer: AuthorizationAnswer): Promise<ProviderAccount>;
  /**
   * Checks an ID token that the provider's SDK gave to an app.
   * @throws ProviderUnavailableError; any other Error where the token is refused
   */
  verifyNative(idToken: string, nonce: string): Promise<ProviderAccount>;
}
