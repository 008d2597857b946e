import type { SocialProviderSettings } from '../config/social-providers.js';
import type {
  AuthorizationAnswer,
  AuthorizationRequest,
  IdentityProvider,
  ProviderGrant,
  ProviderLogin,
} from './identity-provider.js';
import { readAccount } from './provider-account.js';
import { fetchFromProvider } from './provider-http.js';

interface Tokens {
  readonly access_token?: unknown;
  readonly refresh_token?: unknown;
  readonly error?: unknown;
  readonly error_description?: unknown;
  readonly result?: unknown;
}

interface Profile {
  readonly resultcode?: string;
  readonly response?: { readonly id?: unknown; readonly email?: unknown; readonly name?: unknown };
}

/**
 * Naver: OAuth 2.0 with a profile endpoint. It has no ID token and no PKCE, so `state` and the
 * client's secret are what binds its answer.
 */
export class NaverProvider implements IdentityProvider {
  readonly revocationMeans = 'grant';
  // `auth_type=reauthenticate` asks for a password, but a browser can drop it unnoticed (ADR 0044).
  readonly statesAuthenticationTime = false;

  constructor(
    private readonly settings: SocialProviderSettings,
    private readonly profileUrl: string,
  ) {}

  authorizationUrl({ redirectUri, state }: AuthorizationRequest): Promise<string> {
    const url = new URL(`${this.settings.issuer}/oauth2.0/authorize`);
    const { clientId } = this.settings;
    url.search = new URLSearchParams({
      ...{ response_type: 'code', client_id: clientId, redirect_uri: redirectUri, state },
    }).toString();
    return Promise.resolve(url.href);
  }

  verifyNative(): Promise<ProviderLogin> {
    return Promise.reject(new Error('Naver issues no ID tokens'));
  }

  async exchange(
    { redirectUri, state }: AuthorizationRequest,
    { code, iss }: AuthorizationAnswer,
  ): Promise<ProviderLogin> {
    // Naver names no issuer; an answer that does comes from another provider (RFC 9207 section 2.4).
    if (iss !== undefined) throw new Error('an issuer where none is expected');
    const { access_token: accessToken, refresh_token: refreshToken } = await this.request({
      ...{ grant_type: 'authorization_code', redirect_uri: redirectUri, code, state },
    });
    // Naver answers 200 also for errors.
    if (typeof accessToken !== 'string') throw new Error('the code was refused');
    const profile = await fetchFromProvider(this.profileUrl, { headers: { authorization: `Bearer ${accessToken}` } });
    const { resultcode, response = {} } = (await profile.json()) as Profile;
    if (resultcode !== '00') throw new Error(`no profile: ${resultcode}`);
    const { id: subject, email, name } = response;
    return {
      // The profile does not state whether the address is verified, and members may enter any.
      account: readAccount(this.settings.id, { subject, email, emailVerified: false, name }),
      grant: typeof refreshToken === 'string' ? { refreshToken, clientId: this.settings.clientId } : null,
    };
  }

  /** Naver deletes a permission by an access token, and those live for an hour. */
  async revoke(_subject: string, grant: ProviderGrant | null): Promise<void> {
    const answer = await this.request({ grant_type: 'refresh_token', refresh_token: grant!.refreshToken });
    if (isTokenGone(answer)) return;
    const { access_token, error } = answer;
    if (typeof access_token !== 'string') throw new Error(`no access token: ${String(error)}`);
    const { result } = await this.request({ grant_type: 'delete', access_token, service_provider: 'NAVER' });
    if (result !== 'success') throw new Error('the permission was not deleted');
  }

  /** A POST, so that no log on the way holds secrets. */
  private async request(fields: Record<string, string>): Promise<Tokens> {
    const { clientId: client_id, clientSecret: client_secret, issuer } = this.settings;
    const answer = await fetchFromProvider(`${issuer}/oauth2.0/token`, {
      method: 'POST',
      body: new URLSearchParams({ client_id, client_secret, ...fields }),
    });
    return (await answer.json()) as Tokens;
  }
}

/**
 * Whether the person has taken the permission back at Naver. Naver answers `invalid_request` for a
 * wrong client too ("wrong client id / client secret pair"), which an operator can mend.
 */
const isTokenGone = ({ error, error_description: description }: Tokens): boolean =>
  error === 'invalid_request' && !/client/i.test(String(description));
