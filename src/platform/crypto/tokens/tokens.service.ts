import type { KeyObject } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { JwtService } from '@nestjs/jwt';
import type { Algorithm } from 'jsonwebtoken';
import { Clock } from '../../database/clock.js';
import { AppConfig } from '../../config/app-config.js';
import { DomainError } from '../../http/problems/domain-error.js';
import { TokenKeys } from './token-keys.js';
import { PURPOSES, type TokenClaims, type TokenPurpose, type VerifiedToken } from './token-purpose.js';
import { VerifiedTokens } from './verified-tokens.js';

/** How far ahead an `iat` may lie. Times come from one database, so this bears only rounding and measuring error. */
const MAX_AHEAD_SECONDS = 60;

/** Nothing we mint comes near this; longer input is refused before it is decoded. */
const MAX_TOKEN_LENGTH = 2048;

/** Signs and verifies JWTs. Each is good for one purpose, with a type, an audience and (where symmetric) a key of its own. */
@Injectable()
export class TokensService {
  private readonly verified = new VerifiedTokens();

  constructor(
    private readonly config: AppConfig,
    private readonly keys: TokenKeys,
    private readonly jwt: JwtService,
    private readonly clock: Clock,
  ) {}

  /** Mints a token. Times are whole seconds since 1970; equal input gives an equal token where the algorithm is symmetric. */
  sign<P extends TokenPurpose>(purpose: P, claims: TokenClaims[P], issuedAt: number, expiresAt: number): string {
    const { algorithm, signing } = this.keys.for(purpose);
    const payload = { iss: this.config.issuer, aud: purpose, ...claims, iat: issuedAt, exp: expiresAt };
    return this.jwt.sign(payload, {
      algorithm,
      privateKey: signing.signing,
      header: { alg: algorithm, typ: PURPOSES[purpose].typ, kid: signing.kid },
    });
  }

  /** @throws DomainError `token_expired` for a genuine token past its time, `token_invalid` for everything else. */
  verify<P extends TokenPurpose>(purpose: P, token: string): VerifiedToken<P> {
    const key = this.keyFor(purpose, token);
    let payload: Record<string, unknown>;
    try {
      // The types of @nestjs/jwt leave KeyObject out; the library underneath is fastest with it.
      payload = this.jwt.verify(token, { ...this.verifyOptions(purpose), publicKey: key as unknown as Buffer });
    } catch (error) {
      throw new DomainError('token_invalid', { detail: (error as Error).message });
    }
    return this.readClaims(purpose, payload);
  }

  /** What the signature check pins. Expiry is judged by {@link readClaims}, in the database's time. */
  verifyOptions(purpose: TokenPurpose): {
    algorithms: Algorithm[];
    audience: string;
    issuer: string;
    ignoreExpiration: true;
  } {
    return {
      algorithms: [this.keys.for(purpose).algorithm],
      audience: purpose,
      issuer: this.config.issuer,
      ignoreExpiration: true,
    };
  }

  /**
   * Finds the key a token names, after checking its outer form. The header may choose among our keys by `kid` and
   * nothing else: an embedded key, a URL, `crit` or another algorithm makes it foreign (RFC 8725 section 3.1 and 3.10).
   * @throws DomainError `token_invalid`
   */
  keyFor(purpose: TokenPurpose, token: string): KeyObject {
    const { algorithm, byKid } = this.keys.for(purpose);
    const parts = token.length <= MAX_TOKEN_LENGTH ? token.split('.') : [];
    const header = canonicalObject(parts[0]);
    if (parts.length !== 3 || header === null || canonicalObject(parts[1]) === null || !isCanonicalBase64Url(parts[2]!))
      throw new DomainError('token_invalid', { detail: 'not one of our tokens' });
    const { alg, typ, kid, ...others } = header;
    if (alg !== algorithm || typ !== PURPOSES[purpose].typ || Object.keys(others).length > 0) {
      throw new DomainError('token_invalid', { detail: `not a token for ${purpose}` });
    }
    const key = typeof kid === 'string' ? byKid.get(kid) : undefined;
    if (!key) throw new DomainError('token_invalid', { detail: 'signed with a key that is not known' });
    return key.verifying;
  }

  /**
   * Checks that a payload states exactly what this purpose states, and that its time has not passed.
   * @throws DomainError `token_expired`, `token_invalid`
   */
  readClaims<P extends TokenPurpose>(purpose: P, payload: Record<string, unknown>): VerifiedToken<P> {
    const { iss, aud, iat, exp, ...claims } = payload;
    const rules = PURPOSES[purpose].claims as Record<string, (value: unknown) => boolean>;
    const names = Object.keys(claims);
    const isExact =
      names.length === Object.keys(rules).length &&
      names.every((name) => Object.hasOwn(rules, name) && rules[name]!(claims[name]));
    if (
      iss !== this.config.issuer ||
      aud !== purpose ||
      !isExact ||
      !Number.isSafeInteger(iat) ||
      !Number.isSafeInteger(exp)
    ) {
      throw new DomainError('token_invalid', { detail: `claims are not those of a token for ${purpose}` });
    }
    const verified = { ...claims, iat, exp } as unknown as VerifiedToken<P>;
    this.checkTime(purpose, verified);
    return verified;
  }

  /**
   * An access token whose signature and claims were found right before ({@link remember}); undefined for any other, and
   * then it has to be verified. Its time is judged anew; whether its session still lives is for the caller to ask, always.
   * @throws DomainError `token_expired`, `token_invalid`
   */
  recall(token: string): VerifiedToken<'access'> | undefined {
    // Longer input is nothing we remember, and hashing it would be work for nothing.
    const claims = token.length <= MAX_TOKEN_LENGTH ? this.verified.get(token) : undefined;
    if (claims) this.checkTime('access', claims);
    return claims;
  }

  /** Spares the next verification of this very token. */
  remember(token: string, claims: VerifiedToken<'access'>): void {
    this.verified.add(token, claims);
  }

  /** {@link verify} for an access token, which comes again and again: its signature is checked the first time only. */
  verifyAccess(token: string): VerifiedToken<'access'> {
    const known = this.recall(token);
    if (known) return known;
    const claims = this.verify('access', token);
    this.remember(token, claims);
    return claims;
  }

  /** In the database's time. @throws DomainError `token_expired`, `token_invalid` */
  private checkTime(purpose: TokenPurpose, { iat, exp }: { iat: number; exp: number }): void {
    const now = this.clock.nowSeconds();
    if (iat > now + MAX_AHEAD_SECONDS) throw new DomainError('token_invalid', { detail: 'issued in the future' });
    if (exp <= now) throw new DomainError('token_expired');
    // Revocations are kept for as long as access tokens live now; one minted when they lived longer must not outlast its own.
    if (purpose === 'access' && iat + this.config.env.ACCESS_TOKEN_TTL_SECONDS <= now)
      throw new DomainError('token_expired', { detail: 'older than access tokens get by now' });
  }
}

/**
 * Decodes a base64url JSON object, null unless it is written exactly as we would write it. That alone rules out
 * duplicate keys, numbers such as 1e400, padding and stray characters that two parsers may read differently.
 */
function canonicalObject(part: string | undefined): Record<string, unknown> | null {
  if (part === undefined || !isCanonicalBase64Url(part)) return null;
  const text = Buffer.from(part, 'base64url').toString('utf8');
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) && JSON.stringify(value) === text
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}

function isCanonicalBase64Url(part: string): boolean {
  return part !== '' && Buffer.from(part, 'base64url').toString('base64url') === part;
}
