import { createHash } from 'node:crypto';
import type { JWTVerifyGetKey } from 'jose';
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

/** An app brings the ID token at once. */
const NATIVE_TOKEN_SECONDS = 600;

interface Claims {
  readonly sub: string;
  readonly email?: unknown;
  readonly email_verified?: unknown;
  readonly name?: unknown;
}

/** A provider of OpenID Connect: Google, Kakao and any other one by its issuer. */
export class OpenIdProvider implements IdentityProvider {
  private discovered: Promise<Configuration> | undefined;
  private keys: JWTVerifyGetKey | undefined;

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
    return this.accountOf(tokens.claims()!);
  }

  async verifyNative(idToken: string, nonce: string): Promise<ProviderAccount> {
    const [{ jwtVerify }, configuration] = await Promise.all([import('jose'), this.configure()]);
    const { issuer, jwks_uri: keysUrl } = configuration.serverMetadata();
    this.keys ??= await this.fetchKeys(keysUrl!);
    const { payload } = await jwtVerify(idToken, this.keys, {
      issuer,
      // An ID token for another app opens nothing here (SO-05).
      audience: [...this.settings.nativeAudiences],
      // Named, so that a token cannot choose `none` or a shared secret (SO-06).
      algorithms: ['RS256', 'PS256', 'ES256', 'EdDSA'],
      maxTokenAge: NATIVE_TOKEN_SECONDS,
      clockTolerance: 60,
      requiredClaims: ['sub', 'exp', 'nonce'],
    });
    // Some SDKs put the nonce into the token as it is, and some apps give them its hash.
    if (![nonce, createHash('sha256').update(nonce).digest('hex')].includes(String(payload.nonce)))
      throw new Error('another nonce');
    return this.accountOf(payload as Claims);
  }

  private async fetchKeys(url: string): Promise<JWTVerifyGetKey> {
    const { createRemoteJWKSet, customFetch } = await import('jose');
    return createRemoteJWKSet(new URL(url), { [customFetch]: fetchFromProvider });
  }

  private accountOf({ sub, email, email_verified: isVerified, name }: Claims): ProviderAccount {
    return {
      provider: this.settings.id,
      subject: sub,
      email: textOf(email),
      // A text at some providers.
      emailVerified: isVerified === true || isVerified === 'true',
      name: textOf(name),
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
