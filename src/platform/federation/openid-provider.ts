import { createHash } from 'node:crypto';
import type { JWTVerifyGetKey } from 'jose';
import type { ClientAuth, Configuration } from 'openid-client';
import type { SocialProviderSettings } from '../config/social-providers.js';
import type {
  AuthorizationAnswer,
  AuthorizationRequest,
  IdentityProvider,
  NativeAnswer,
  ProviderAccount,
  ProviderGrant,
  ProviderLogin,
  RevocationMeans,
  VerifiedToken,
} from './identity-provider.js';
import type { NoticeClaims } from './notices/provider-notice.js';
import { AppleClientSecret } from './apple-client-secret.js';
import { readAccount } from './provider-account.js';
import { checkAuthenticationTime, reauthenticationParameters } from './authentication-time.js';
import { fetchFromProvider, ProviderUnavailableError } from './provider-http.js';

/** Loaded at the first use: a server without social login never loads it. */
const loadLibrary = () => import('openid-client');

/** An app brings the ID token at once. */
const NATIVE_TOKEN_SECONDS = 600;

/** Named, so that a token cannot choose `none` or a shared secret (SO-06). */
const ALGORITHMS = ['RS256', 'PS256', 'ES256', 'EdDSA'];

export interface IdTokenClaims {
  readonly sub: string;
  readonly email?: unknown;
  readonly email_verified?: unknown;
  readonly name?: unknown;
  readonly nickname?: unknown;
}

/** A provider of OpenID Connect: Google, Kakao, Apple and any other one by its issuer. */
export class OpenIdProvider implements IdentityProvider {
  /** By client id. */
  private readonly configurations = new Map<string, Promise<Configuration>>();
  private keys: JWTVerifyGetKey | undefined;
  private readonly signedSecret: AppleClientSecret | undefined;

  readonly revocationMeans: RevocationMeans = 'grant';
  readonly statesAuthenticationTime = true;

  /** @param postUri where a provider posts its answer that sends none to the client itself */
  constructor(
    private readonly settings: SocialProviderSettings,
    private readonly postUri?: string,
  ) {
    if (settings.clientKey) this.signedSecret = new AppleClientSecret(settings.clientKey, settings.issuer);
  }

  async authorizationUrl(request: AuthorizationRequest): Promise<string> {
    const { redirectUri, state, nonce, codeVerifier, reauthenticatesSinceMs } = request;
    const [library, configuration] = await Promise.all([loadLibrary(), this.configure()]);
    const url = library.buildAuthorizationUrl(configuration, {
      ...this.settings.parameters,
      ...{ redirect_uri: this.postUri ?? redirectUri, state, nonce, scope: this.settings.scope },
      code_challenge: await library.calculatePKCECodeChallenge(codeVerifier),
      code_challenge_method: 'S256',
      ...(reauthenticatesSinceMs !== undefined && reauthenticationParameters(this.settings.id)),
    });
    return url.href;
  }

  async exchange(
    { redirectUri, state, nonce, codeVerifier, reauthenticatesSinceMs }: AuthorizationRequest,
    { code, iss }: AuthorizationAnswer,
  ): Promise<ProviderLogin> {
    const [library, configuration] = await Promise.all([loadLibrary(), this.configure()]);
    const answer = new URL(this.postUri ?? redirectUri);
    answer.search = new URLSearchParams({ code, state, ...(iss !== undefined && { iss }) }).toString();
    // Checks `iss` (RFC 9207), PKCE, nonce, audience, expiry and signature of the ID token (SO-01 to SO-07).
    const tokens = await library.authorizationCodeGrant(configuration, answer, {
      expectedState: state,
      expectedNonce: nonce,
      pkceCodeVerifier: codeVerifier,
      idTokenExpected: true,
    });
    const claims = tokens.claims()!;
    if (reauthenticatesSinceMs !== undefined) checkAuthenticationTime(claims.auth_time, reauthenticatesSinceMs);
    return {
      account: this.accountOf(claims),
      grant: this.grantOf(configuration, tokens.refresh_token),
    };
  }

  async verifyNative({ idToken, nonce, authorizationCode }: NativeAnswer): Promise<ProviderLogin> {
    const [{ jwtVerify }, configuration] = await Promise.all([import('jose'), this.configure()]);
    const { payload } = await jwtVerify(idToken, await this.getKeys(), {
      issuer: configuration.serverMetadata().issuer,
      // An ID token for another app opens nothing here (SO-05).
      audience: [...this.settings.nativeAudiences],
      algorithms: ALGORITHMS,
      maxTokenAge: NATIVE_TOKEN_SECONDS,
      clockTolerance: 60,
      requiredClaims: ['sub', 'exp', 'nonce'],
    });
    if (payload.nonce !== nonceInToken(nonce, String(payload.nonce))) throw new Error('another nonce');
    const account = this.accountOf(payload as IdTokenClaims);
    // Only Apple's codes are of use: the SDKs of others give tokens to the app itself.
    if (authorizationCode === undefined || !this.signedSecret) return { account, grant: null };
    const audience = [payload.aud].flat().find((aud) => this.settings.nativeAudiences.includes(aud!))!;
    return { account, grant: await this.exchangeNative(authorizationCode, audience, account.subject) };
  }

  private async exchangeNative(code: string, clientId: string, subject: string): Promise<ProviderGrant | null> {
    const [library, configuration] = await Promise.all([loadLibrary(), this.configure(clientId)]);
    const tokens = await library.genericGrantRequest(configuration, 'authorization_code', { code });
    // A code of another person must not leave that person's token with this account.
    if ((tokens.claims() as IdTokenClaims | undefined)?.sub !== subject) throw new Error('the code of another account');
    return this.grantOf(configuration, tokens.refresh_token);
  }

  async revoke(_subject: string, grant: ProviderGrant | null): Promise<void> {
    const { refreshToken, clientId } = grant!;
    const [library, configuration] = await Promise.all([loadLibrary(), this.configure(clientId)]);
    if (!canRevoke(configuration)) return;
    try {
      await library.tokenRevocation(configuration, refreshToken, { token_type_hint: 'refresh_token' });
    } catch (error) {
      // The token was void already. RFC 7009 section 2.2 demands 200, but Google answers 400.
      if (!['invalid_token', 'invalid_grant'].includes(String((error as { error?: unknown }).error))) throw error;
    }
  }

  /** Refuses ID tokens: the same keys sign them for the same clients, but they report no events. */
  readonly verifyNotice = async (token: string, maxAgeSeconds: number): Promise<VerifiedToken> => {
    const [{ jwtVerify }, configuration] = await Promise.all([import('jose'), this.configure()]);
    const { issuer } = configuration.serverMetadata();
    // Google names itself in notices with a slash at the end (developers.google.com/identity/protocols/risc).
    const issuers = [issuer, `${issuer}/`];
    const { payload } = await jwtVerify(token, await this.getKeys(), {
      issuer: issuers,
      audience: [this.settings.clientId, ...this.settings.nativeAudiences],
      algorithms: ALGORITHMS,
      maxTokenAge: maxAgeSeconds,
      clockTolerance: 60,
      requiredClaims: ['jti', 'events'],
    });
    return { claims: payload as unknown as NoticeClaims, issuers };
  };

  private async getKeys(): Promise<JWTVerifyGetKey> {
    const { jwks_uri: url } = (await this.configure()).serverMetadata();
    const { createRemoteJWKSet, customFetch } = await import('jose');
    return (this.keys ??= createRemoteJWKSet(new URL(url!), { [customFetch]: fetchFromProvider }));
  }

  protected accountOf({ sub: subject, email, email_verified: emailVerified, name }: IdTokenClaims): ProviderAccount {
    return readAccount(this.settings.id, { subject, email, emailVerified, name });
  }

  /** @returns null where the token cannot take the permission back: a secret without a use is not kept */
  private grantOf(configuration: Configuration, refreshToken: string | undefined): ProviderGrant | null {
    const isOfUse = this.revocationMeans === 'grant' && canRevoke(configuration);
    const { client_id: clientId } = configuration.clientMetadata();
    return refreshToken === undefined || !isOfUse ? null : { refreshToken, clientId };
  }

  /** Discovers once for each client. A failed discovery is tried again by the next request. */
  private async configure(clientId = this.settings.clientId): Promise<Configuration> {
    const configuration = this.configurations.get(clientId) ?? this.discover(clientId);
    this.configurations.set(clientId, configuration);
    try {
      return await configuration;
    } catch (error) {
      this.configurations.delete(clientId);
      throw error;
    }
  }

  private async discover(clientId: string): Promise<Configuration> {
    const library = await loadLibrary();
    const { issuer, clientSecret } = this.settings;
    // In the body, which all of them take. The library waits for a promise, as for its own PrivateKeyJwt.
    // eslint-disable-next-line @typescript-eslint/no-misused-promises
    const authenticate: ClientAuth = async (...request) =>
      library.ClientSecretPost((await this.signedSecret?.get(clientId)) ?? clientSecret)(...request);
    const execute = [
      // The signature of an ID token counts although it came over TLS: `none`, and HS256 with the
      // public key, are then refused (RFC 8725 section 3.1).
      library.enableNonRepudiationChecks,
      ...(issuer.startsWith('http:') ? [library.allowInsecureRequests] : []),
    ];
    try {
      const options = { execute, [library.customFetch]: fetchFromProvider };
      return await library.discovery(new URL(issuer), clientId, {}, authenticate, options);
    } catch (error) {
      // Without its metadata the provider cannot be used, whatever the reason.
      throw new ProviderUnavailableError('discovery failed', { cause: error });
    }
  }
}

const canRevoke = (configuration: Configuration): boolean =>
  configuration.serverMetadata().revocation_endpoint !== undefined;

/**
 * The nonce that the token must have. Some SDKs put it into the token as it is, and some apps give
 * them its hash. A hash needs the text that it was made from: if it counted as a plain nonce too, a
 * stolen token would bring its own nonce, and would work twice (SO-07).
 */
function nonceInToken(nonce: string, claim: string): string {
  return /^[0-9a-f]{64}$/.test(claim) ? createHash('sha256').update(nonce).digest('hex') : nonce;
}
