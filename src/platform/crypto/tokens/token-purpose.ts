import { isObject } from '../../attributes/attribute-declarations.js';
import type { Role } from '../../http/principal.js';
import { isHookClaim } from './hook-claims.js';

/**
 * How the member authenticated: password, code, passkey, several factors, identity provider. The
 * values are those of RFC 8176 except `fed`, for which the RFC has no value.
 */
export type AuthenticationMethod = 'pwd' | 'otp' | 'hwk' | 'mfa' | 'fed';

/**
 * Claims of an access token that APIs read (RFC 9068). Tokens of 1.0 lack them and are valid until
 * they expire.
 */
interface DescriptiveClaims {
  client_id?: string;
  jti?: string;
  /** When the member last authenticated, seconds since 1970; 0 if the member has to authenticate again. */
  auth_time?: number;
  amr?: readonly AuthenticationMethod[];
  cnf?: { jkt: string };
  /** The attributes of the member that the operator declared `inToken`. */
  attributes?: Readonly<Record<string, unknown>>;
}

/**
 * The claims of each purpose besides iss, aud, iat and exp. A token with other claims is refused,
 * except for those that a token hook adds to access tokens (AT-02).
 */
export interface TokenClaims {
  /**
   * Calls the API. `sid` allows revocation before the token expires. With `cnf`, every call needs a
   * proof by the key with that thumbprint (RFC 9449 section 6.1).
   */
  access: { sub: string; sid: string; role: Role } & DescriptiveClaims;
  /**
   * Gets the next pair of tokens. `gen` is the generation of the session for which the token was
   * issued. `jti` differs for each session and generation.
   */
  refresh: { sub: string; sid: string; gen: number; jti: string };
  /**
   * Sets a new password once: `jti` is the grant that it spends. The token has neither role nor
   * session (TK-04).
   */
  reset: { sub: string; jti: string };
  /** Continues a login with the second factor. `jti` is the challenge that it spends. */
  mfa: { sub: string; jti: string };
  /** Completes a login with a consent. `jti` is the challenge that it spends. */
  terms: { sub: string; jti: string };
  /**
   * The "it wasn't me" link of a security mail, used once. `evt` names the mail, `box` is a keyed
   * digest of its address.
   */
  'not-me': { sub: string; jti: string; evt: string; box: string };
}

export type TokenPurpose = keyof TokenClaims;

/** The claims of a verified token. */
export type VerifiedToken<P extends TokenPurpose> = TokenClaims[P] & { iat: number; exp: number };

/** One recipient, or several. */
export type Audience = string | readonly string[];

/**
 * The `client_id` that RFC 9068 section 2.2 requires. Every token has the same one (ADR 0033).
 */
export const CLIENT_ID = 'munjigi';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const isUuid = (value: unknown): boolean => typeof value === 'string' && UUID.test(value);
const isWholeNumber = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;
const isRole = (value: unknown): boolean => value === 'member' || value === 'admin';
const isNotificationName = (value: unknown): boolean => typeof value === 'string' && /^[a-z-]{1,40}$/.test(value);
const isThumbprint = (value: unknown): boolean => typeof value === 'string' && /^[\w-]{43}$/.test(value);
const isConfirmation = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && isThumbprint((value as { jkt?: unknown }).jkt);
const isClientId = (value: unknown): boolean => value === CLIENT_ID;
const isMethodList = (value: unknown): boolean =>
  Array.isArray(value) && value.every((method) => typeof method === 'string' && /^[a-z]{2,10}$/.test(method));
const isToken = (value: unknown): boolean => typeof value === 'string' && /^[\w-]{22,64}$/.test(value);

interface PurposeRules {
  /**
   * Header `typ` (RFC 8725 section 3.11), so that one kind of token is never accepted as another.
   */
  readonly typ: string;
  readonly claims: Readonly<Record<string, (value: unknown) => boolean>>;
  readonly optionalClaims?: Readonly<Record<string, (value: unknown) => boolean>>;
  /**
   * Whether the product's token hook may add a claim of this name, with any value. Absent: it adds
   * none.
   */
  readonly isProductClaim?: (name: string) => boolean;
}

/** The claims that every token of a purpose has. */
type RequiredClaims<Claims> = { [Name in keyof Claims as undefined extends Claims[Name] ? never : Name]: Claims[Name] };

/**
 * The rules of each purpose. The `aud` is the purpose itself; that of access tokens is configured.
 */
export const PURPOSES: {
  readonly [P in TokenPurpose]: PurposeRules & {
    claims: Record<keyof RequiredClaims<TokenClaims[P]>, (value: unknown) => boolean>;
  };
} = {
  access: {
    typ: 'at+jwt',
    claims: { sub: isUuid, sid: isUuid, role: isRole },
    optionalClaims: {
      client_id: isClientId,
      jti: isToken,
      auth_time: isWholeNumber,
      amr: isMethodList,
      cnf: isConfirmation,
      attributes: isObject,
    },
    isProductClaim: isHookClaim,
  },
  refresh: { typ: 'refresh+jwt', claims: { sub: isUuid, sid: isUuid, gen: isWholeNumber, jti: isToken } },
  reset: { typ: 'reset+jwt', claims: { sub: isUuid, jti: isUuid } },
  mfa: { typ: 'mfa+jwt', claims: { sub: isUuid, jti: isUuid } },
  terms: { typ: 'terms+jwt', claims: { sub: isUuid, jti: isUuid } },
  'not-me': { typ: 'not-me+jwt', claims: { sub: isUuid, jti: isUuid, evt: isNotificationName, box: isToken } },
};
