import type { KeyObject } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { JwtService } from '@nestjs/jwt';
import type { Algorithm } from 'jsonwebtoken';
import { Clock } from '../../database/clock.js';
import { AppConfig } from '../../config/app-config.js';
import { DomainError } from '../../http/problems/domain-error.js';
import { signJws } from './jws.js';
import { TokenKeys } from './token-keys.js';
import { PURPOSES, type Audience, type TokenClaims, type TokenPurpose, type VerifiedToken } from './token-purpose.js';
import { VerifiedTokens } from './verified-tokens.js';

/**
 * How far in the future `iat` may be. All times come from one database, so they differ only by
 * rounding and measurement errors.
 */
const MAX_AHEAD_SECONDS = 60;

/**
 * Longer input is refused before it is decoded. An access token has up to 3,500 characters with the largest attributes and
 * claims of the token hook, and audiences beyond the first add their own.
 */
export const MAX_TOKEN_LENGTH = 8192;

/** The `aud` of access tokens of 1.0, which are valid until they expire. */
const AUDIENCE_OF_1_0 = 'access';

/**
 * Signs and verifies JWTs. Each purpose has its own type and, for symmetric algorithms, its own key.
 * Its audience is its own too, except that access tokens are for the configured APIs.
 */
@Injectable()
export class TokensService {
  private readonly verified = new VerifiedTokens();

  constructor(
    private readonly config: AppConfig,
    private readonly keys: TokenKeys,
    private readonly jwt: JwtService,
    private readonly clock: Clock,
  ) {}

  /**
   * Signs a token. Times are whole seconds since 1970. With a symmetric algorithm, equal input
   * gives an equal token.
   */
  sign<P extends TokenPurpose>(purpose: P, claims: TokenClaims[P], issuedAt: number, expiresAt: number): string {
    const { algorithm, signing } = this.keys.for(purpose);
    const payload = {
      iss: this.config.issuer,
      aud: this.audienceOf(purpose),
      ...claims,
      iat: issuedAt,
      exp: expiresAt,
    };
    return signJws(signing.header, payload, algorithm, signing.signing);
  }

  /**
   * @throws DomainError `token_expired` for a genuine token that has expired, `token_invalid` for
   *   everything else
   */
  verify<P extends TokenPurpose>(purpose: P, token: string): VerifiedToken<P> {
    const key = this.keyFor(purpose, token);
    let payload: Record<string, unknown>;
    try {
      // The types of @nestjs/jwt do not allow a KeyObject, but jsonwebtoken is fastest with one.
      payload = this.jwt.verify(token, { ...this.verifyOptions(purpose), publicKey: key as unknown as Buffer });
    } catch (error) {
      throw new DomainError('token_invalid', { detail: (error as Error).message });
    }
    return this.readClaims(purpose, payload);
  }

  /** Options of the signature check. {@link readClaims} checks expiry by the database's time. */
  verifyOptions(purpose: TokenPurpose): {
    algorithms: Algorithm[];
    audience: string | [string, ...string[]];
    issuer: string;
    ignoreExpiration: true;
  } {
    return {
      algorithms: [this.keys.for(purpose).algorithm],
      audience: purpose === 'access' ? [AUDIENCE_OF_1_0, ...this.config.accessTokenAudiences] : purpose,
      issuer: this.config.issuer,
      ignoreExpiration: true,
    };
  }

  /**
   * Finds the key that a token names, after checking its form. The header must be, byte for byte,
   * one that this service writes for the purpose: an embedded key, a URL, `crit` or another
   * algorithm is refused (RFC 8725 section 3.1 and 3.10).
   * @throws DomainError `token_invalid`
   */
  keyFor(purpose: TokenPurpose, token: string): KeyObject {
    const parts = token.length <= MAX_TOKEN_LENGTH ? token.split('.') : [];
    if (parts.length !== 3 || !isCanonicalObject(parts[1]!) || !isCanonicalBase64Url(parts[2]!))
      throw new DomainError('token_invalid', { detail: 'not one of our tokens' });
    const key = this.keys.for(purpose).byHeader.get(parts[0]!);
    if (!key) throw new DomainError('token_invalid', { detail: `not a token for ${purpose}, or of an unknown key` });
    return key;
  }

  /**
   * Checks that a payload has exactly the claims of this purpose and has not expired.
   * @throws DomainError `token_expired`, `token_invalid`
   */
  readClaims<P extends TokenPurpose>(purpose: P, payload: Record<string, unknown>): VerifiedToken<P> {
    const verified = this.readExpirableClaims(purpose, payload);
    this.checkTime(purpose, verified);
    return verified;
  }

  /**
   * As {@link readClaims}, but accepts an expired token. The caller decides what it is still good
   * for: {@link checkTime}.
   * @throws DomainError `token_invalid`
   */
  readExpirableClaims<P extends TokenPurpose>(purpose: P, payload: Record<string, unknown>): VerifiedToken<P> {
    const { iss, aud, iat, exp, ...claims } = payload;
    const isExact = hasExactClaims(PURPOSES[purpose], claims, this.config.env.TOKEN_HOOK_URL !== undefined);
    if (
      iss !== this.config.issuer ||
      !this.isOurAudience(purpose, aud) ||
      !isExact ||
      !Number.isSafeInteger(iat) ||
      !Number.isSafeInteger(exp)
    ) {
      throw new DomainError('token_invalid', { detail: `claims are not those of a token for ${purpose}` });
    }
    if ((iat as number) > this.clock.nowSeconds() + MAX_AHEAD_SECONDS)
      throw new DomainError('token_invalid', { detail: 'issued in the future' });
    return { ...claims, iat, exp } as unknown as VerifiedToken<P>;
  }

  /** The `aud` of a token: a list only where there are several (RFC 7519 section 4.1.3). */
  private audienceOf(purpose: TokenPurpose): Audience {
    if (purpose !== 'access') return purpose;
    const audiences = this.config.accessTokenAudiences;
    return audiences.length === 1 ? audiences[0]! : audiences;
  }

  /**
   * One audience in common is enough, so that the setting can be changed in two steps: add the new
   * audience, and remove the old one after the lifetime of a token. The purpose does not depend on
   * it: type and key decide (TK-04).
   */
  private isOurAudience(purpose: TokenPurpose, aud: unknown): boolean {
    if (purpose !== 'access') return aud === purpose;
    if (aud === AUDIENCE_OF_1_0) return true;
    return [aud].flat().some((audience) => this.config.accessTokenAudiences.includes(audience as string));
  }

  /**
   * Finds the claims of an access token that was verified before ({@link remember}) and checks its
   * expiry. The session may have been revoked since: check that for each request.
   * @returns undefined for a token that has to be verified
   * @throws DomainError `token_expired`
   */
  recall(token: string): VerifiedToken<'access'> | undefined {
    // Longer input is never cached, so do not spend time on hashing it.
    const claims = token.length <= MAX_TOKEN_LENGTH ? this.verified.get(token) : undefined;
    if (claims) this.checkTime('access', claims);
    return claims;
  }

  /** Caches a verified access token for {@link recall}. */
  remember(token: string, claims: VerifiedToken<'access'>): void {
    this.verified.add(token, claims);
  }

  /** As {@link verify}, for an access token: only its first use checks the signature. */
  verifyAccess(token: string): VerifiedToken<'access'> {
    const remembered = this.recall(token);
    if (remembered) return remembered;
    const claims = this.verify('access', token);
    this.remember(token, claims);
    return claims;
  }

  /** The issuer and the audience of a verified token. They are not cached with its claims. */
  readIssuer(verified: string): { iss: string; aud: Audience } {
    const payload = Buffer.from(verified.split('.')[1]!, 'base64url').toString('utf8');
    const { iss, aud } = JSON.parse(payload) as { iss: string; aud: Audience };
    return { iss, aud };
  }

  /**
   * Checks expiry by the database's time.
   * @throws DomainError `token_expired`
   */
  checkTime(purpose: TokenPurpose, { iat, exp }: { iat: number; exp: number }): void {
    const now = this.clock.nowSeconds();
    if (exp <= now) throw new DomainError('token_expired');
    // A shorter lifetime holds at once, for tokens that were signed before as well.
    if (purpose === 'access' && iat + this.config.env.ACCESS_TOKEN_TTL_SECONDS <= now)
      throw new DomainError('token_expired', { detail: 'older than the configured lifetime of access tokens' });
  }
}

/** Whether every required claim is present, and every other claim is optional or the product's own. */
function hasExactClaims(
  { claims: required, optionalClaims: optional = {}, isProductClaim }: (typeof PURPOSES)[TokenPurpose],
  claims: Record<string, unknown>,
  hasTokenHook: boolean,
): boolean {
  const rules: Record<string, (value: unknown) => boolean> = { ...required, ...optional };
  return (
    Object.keys(required).every((name) => Object.hasOwn(claims, name)) &&
    Object.entries(claims).every(([name, value]) =>
      Object.hasOwn(rules, name) ? rules[name]!(value) : hasTokenHook && isProductClaim?.(name) === true,
    )
  );
}

/**
 * Whether a part is a base64url JSON object whose text is exactly what this service would write.
 * Duplicate keys, numbers such as 1e400, padding and stray characters are not: two parsers may read
 * them differently.
 */
function isCanonicalObject(part: string): boolean {
  const bytes = Buffer.from(part, 'base64url');
  if (bytes.toString('base64url') !== part) return false;
  const text = bytes.toString('utf8');
  try {
    return text.startsWith('{') && JSON.stringify(JSON.parse(text)) === text;
  } catch {
    return false;
  }
}

function isCanonicalBase64Url(part: string): boolean {
  return part !== '' && Buffer.from(part, 'base64url').toString('base64url') === part;
}
