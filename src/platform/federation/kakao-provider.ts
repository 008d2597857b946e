import type { SocialProviderSettings } from '../config/social-providers.js';
import type { ProviderAccount, RevocationMeans } from './identity-provider.js';
import { OpenIdProvider, type IdTokenClaims } from './openid-provider.js';
import { fetchFromProvider } from './provider-http.js';

/** `NotRegisteredUserException`: the account has no link to this service any more. */
const NOT_LINKED = -101;

/** Kakao: OpenID Connect, and an API of its own that takes permissions back. */
export class KakaoProvider extends OpenIdProvider {
  override readonly revocationMeans: RevocationMeans;

  constructor(
    settings: SocialProviderSettings,
    private readonly apiUrl: string,
    private readonly adminKey: string | undefined,
  ) {
    super(settings);
    this.revocationMeans = adminKey === undefined ? 'none' : 'subject';
  }

  /**
   * Kakao sends no `email_verified`. Its ID token contains an address only if the address is valid and
   * verified (developers.kakao.com, REST API, ID token payload). The nickname serves as the name.
   */
  protected override accountOf(claims: IdTokenClaims): ProviderAccount {
    return super.accountOf({ ...claims, email_verified: claims.email !== undefined, name: claims.nickname });
  }

  override async revoke(subject: string): Promise<void> {
    const response = await fetchFromProvider(`${this.apiUrl}/v1/user/unlink`, {
      method: 'POST',
      headers: { authorization: `KakaoAK ${this.adminKey}` },
      body: new URLSearchParams({ target_id_type: 'user_id', target_id: subject }),
    });
    if (response.ok) return;
    const { code } = (await response.json().catch(() => ({}))) as { code?: unknown };
    if (code !== NOT_LINKED) throw new Error(`answered ${response.status}`);
  }
}
