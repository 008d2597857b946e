import type { ClientKey } from '../config/social-providers.js';

/** Apple allows six months. A short life limits what a leaked secret is good for. */
const LIFETIME_SECONDS = 3600;
/** Renewed before it expires, so that a slow request does not arrive after that. */
const MARGIN_SECONDS = 300;

/** Signs the client secrets that Apple demands: a JWT instead of a shared text. Keeps each one for most of its life. */
export class AppleClientSecret {
  private readonly secrets = new Map<string, { readonly text: string; readonly renewAt: number }>();

  constructor(
    private readonly key: ClientKey,
    private readonly issuer: string,
    private readonly nowSeconds: () => number = () => Math.floor(Date.now() / 1000),
  ) {}

  /** @param clientId of the pages or of one app: each needs a secret of its own */
  async get(clientId: string): Promise<string> {
    const now = this.nowSeconds();
    const kept = this.secrets.get(clientId);
    if (kept !== undefined && now < kept.renewAt) return kept.text;
    const { SignJWT } = await import('jose');
    const { keyId, teamId, privateKey } = this.key;
    const text = await new SignJWT()
      .setProtectedHeader({ alg: 'ES256', kid: keyId })
      .setIssuer(teamId)
      .setSubject(clientId)
      .setAudience(this.issuer)
      .setIssuedAt(now)
      .setExpirationTime(now + LIFETIME_SECONDS)
      .sign(privateKey);
    this.secrets.set(clientId, { text, renewAt: now + LIFETIME_SECONDS - MARGIN_SECONDS });
    return text;
  }
}
