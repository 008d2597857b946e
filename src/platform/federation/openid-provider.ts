import type { Configuration } from 'openid-client';
import type { SocialProviderSettings } from '../config/social-providers.js';
import type {
  AuthorizationAnswer,
  AuthorizationRequest,
  IdentityProvider,
  ProviderAccount,
} from './identity-provider.js';
import { fetchFromProvider, ProviderUnavailableError } from './provider-http.js';

/** Loaded at the first use: a server without social login never loads it. */
const loadLibrary = () => import('openid-client');

/** A provider of OpenID Connect: Google, Kakao and any other one by its issuer. */
export class OpenIdProvider implements IdentityProvider {
  private discovered: Promise<Configuration> | undefined;

  constructor(private readonly settings: SocialProviderSettings) {}

  async authorizationUrl({ redirectUri, state, nonce, codeVerifier }: AuthorizationRequest): Promise<string> {
    const [library, configuration] = await Promise.all([loadLibrary(), this.configure()]);
    const url = library.buildAuthorizationUrl(configuration, {
      ...{ redirect_uri: redirectUri, state, nonce, scope: this.settings.scope },
      code_challenge: await library.calculatePKCECodeChallenge(codeVerifier),
      code_challenge_method: 'S256',
    });
    return url.href;
  }

  async exchange(
    { redirectUri, state, nonce, codeVerifier }: AuthorizationRequest,
    { code, iss }: AuthorizationAnswer,
  ): Promise<ProviderAccount> {
    const [library, configuration] = await Promise.all([loadLibrary(), this.configure()]);
    const answer = new URL(redirectUri);
    answer.search = new URLSearchParams({ code, state, ...(iss !== undefined && { iss }) }).toString();
    // Checks `iss` (RFC 9207), PKCE, nonce, audience, expiry and signature of the ID token (SO-01 to SO-07).
    const tokens = await library.authorizationCodeGrant(configuration, answer, {
      expectedState: state,
      expectedNonce: nonce,
      pkceCodeVerifier: codeVerifier,
      idTokenExpected: true,
    });
    const claims = tokens.claims()!;
    return {
      provider: this.settings.id,
      subject: claims.sub,
      email: textOf(claims.email),
      // A text at some providers.
      emailVerified: claims.email_verified === true || claims.email_verified === 'true',
      name: textOf(claims.name),
    };
  }

  /** Discovers once. A failed discovery is tried again by the next request. */
  private async configure(): Promise<Configuration> {
    this.discovered ??= this.discover();
    try {
      return await this.discovered;
    } catch (error) {
      this.discovered = undefined;
      throw error;
    }
  }

  private async discover(): Promise<Configuration> {
    const library = await loadLibrary();
    const { issuer, clientId, clientSecret } = this.settings;
    const execute = [
      // The signature of an ID token counts although it came over TLS: `none`, and HS256 with the
      // public key, are then refused (RFC 8725 section 3.1).
      library.enableNonRepudiationChecks,
      ...(issuer.startsWith('http:') ? [library.allowInsecureRequests] : []),
    ];
    try {
      return await library.discovery(
        new URL(issuer),
        clientId,
        {},
        // In the body, which Google and Kakao both take.
        library.ClientSecretPost(clientSecret),
        { execute, [library.customFetch]: fetchFromProvider },
      );
    } catch (error) {
      // Without its metadata the provider cannot be used, whatever the reason.
      throw new ProviderUnavailableError('discovery failed', { cause: error });
    }
  }
}

function textOf(claim: unknown): string | null {
  return typeof claim === 'string' && claim !== '' ? claim : null;
}
