import { errors, jwtVerify } from 'jose';
import type { AccessTokenClaims } from './claims.js';
import { fetchJson } from './fetch-json.js';
import { settingsOf, type Settings, type VerifierOptions } from './options.js';
import { principalOf, type Principal } from './principal.js';
import { Proofs } from './proofs.js';
import { PublishedKeys } from './published-keys.js';
import { Refusal, type Scheme } from './refusal.js';
import { headerOf, type VerifiableRequest } from './request.js';
import { Revocations } from './revocations.js';
import { StreamFollower } from './stream-follower.js';

const CREDENTIALS = /^(Bearer|DPoP) +(\S+)$/i;

/** Verifies access tokens: signature, claims, revocations and proofs of possession. */
export class Verifier {
  private readonly keys: PublishedKeys;
  private readonly proofs: Proofs | undefined;
  private readonly revocations: Revocations;
  private readonly follower: StreamFollower | undefined;

  constructor(private readonly settings: Settings) {
    const { apiUrl, apiKey, maxSilenceMs } = settings;
    this.keys = new PublishedKeys(settings);
    this.proofs = apiUrl === undefined ? undefined : new Proofs(apiUrl);
    this.revocations = new Revocations(maxSilenceMs);
    if (apiKey === undefined)
      settings.warn('Without an API key, tokens of ended sessions work until they expire (up to ten minutes).');
    else this.follower = new StreamFollower(settings, this.revocations);
    void this.follower?.follow();
  }

  /**
   * Verifies the access token of a request.
   * @throws Refusal with the status and the headers of the response
   */
  async verify(request: VerifiableRequest): Promise<Principal> {
    const authorization = headerOf(request, 'authorization');
    const [, name, token] = CREDENTIALS.exec(authorization ?? '') ?? [];
    if (token === undefined) throw Refusal.tokenMissing(this.proofs !== undefined);
    const scheme = name!.toLowerCase() === 'dpop' ? 'DPoP' : 'Bearer';
    const claims = await this.readClaims(token, scheme);
    const thumbprint = claims.cnf?.jkt;
    // A stolen bound token must not work as a bearer token. A `cnf` without a `jkt` cannot be checked.
    if ((claims.cnf !== undefined) !== (scheme === 'DPoP') || (claims.cnf && typeof thumbprint !== 'string'))
      throw Refusal.invalidToken(scheme);
    await this.checkRevocations(claims, token, scheme);
    if (thumbprint !== undefined) {
      if (!this.proofs) throw Refusal.invalidToken(scheme, 'bound tokens need the option apiUrl');
      await this.proofs.check(request, { text: token, thumbprint }, this.revocations.now());
    }
    return principalOf(claims, this.revocations.now());
  }

  /** Closes the stream of revocations. */
  close(): void {
    this.follower?.stop();
  }

  private async readClaims(token: string, scheme: Scheme): Promise<AccessTokenClaims> {
    try {
      const { payload } = await jwtVerify<AccessTokenClaims>(token, this.keys.find, {
        typ: 'at+jwt', // no token of another purpose (RFC 9068 section 4)
        algorithms: ['ES256'], // named, so that a token cannot choose its own
        issuer: this.settings.issuer,
        audience: this.settings.audience,
        requiredClaims: ['sub', 'sid', 'role', 'iat', 'exp'],
        currentDate: new Date(this.revocations.now() * 1000),
      });
      return payload;
    } catch (error) {
      throw error instanceof errors.JOSEError ? Refusal.invalidToken(scheme, error) : error;
    }
  }

  /** Fails closed: while revocations are unknown, a token is refused, or the server is asked about it (RS-31). */
  private async checkRevocations(claims: AccessTokenClaims, token: string, scheme: Scheme): Promise<void> {
    if (this.revocations.covers(claims)) throw Refusal.invalidToken(scheme);
    if (!this.follower || this.revocations.isCurrent()) return;
    if (this.settings.whenSilent === 'refuse') throw Refusal.unavailable();
    if (!(await this.isActive(token))) throw Refusal.invalidToken(scheme);
  }

  /** RFC 7662. */
  private async isActive(token: string): Promise<boolean> {
    const { issuer, apiKey } = this.settings;
    try {
      const { body } = await fetchJson(`${issuer}/api/auth/introspect`, {
        method: 'POST',
        headers: { authorization: `Bearer ${apiKey}` },
        body: new URLSearchParams({ token }),
      });
      return (body as { active?: unknown }).active === true;
    } catch (cause) {
      throw Refusal.unavailable(cause);
    }
  }
}

/**
 * Makes a verifier and, with an API key, begins to follow the stream of revocations. A process needs
 * only one verifier.
 * @throws TypeError for unusable options
 */
export const createVerifier = (options: VerifierOptions): Verifier => new Verifier(settingsOf(options));
