import type { Role } from '../../http/principal.js';

/** What each purpose states besides iss, aud, iat and exp. The list is exact: a token with more or less is refused. */
export interface TokenClaims {
  /** Calls the API. `sid` lets it be revoked before it expires. */
  access: { sub: string; sid: string; role: Role };
  /** Gets the next pair. `gen` is the generation that must still be current; `jti` makes it unguessable beyond its signature. */
  refresh: { sub: string; sid: string; gen: number; jti: string };
  /** Sets a new password once. `jti` is the grant that is spent; no role, no session (TK-04). */
  reset: { sub: string; jti: string };
  /** Brings the second factor of a login whose password was right. `jti` is the challenge that is spent. */
  mfa: { sub: string; jti: string };
  /** "It wasn't me", from the security mail named by `evt`, sent to the mailbox that `box` is a keyed digest of. Used once. */
  'not-me': { sub: string; jti: string; evt: string; box: string };
}

export type TokenPurpose = keyof TokenClaims;

/** What a verified token states. */
export type VerifiedToken<P extends TokenPurpose> = TokenClaims[P] & { iat: number; exp: number };

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const isUuid = (value: unknown): boolean => typeof value === 'string' && UUID.test(value);
const isWholeNumber = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;
const isRole = (value: unknown): boolean => value === 'member' || value === 'admin';
const isNotice = (value: unknown): boolean => typeof value === 'string' && /^[a-z-]{1,40}$/.test(value);
const isToken = (value: unknown): boolean => typeof value === 'string' && /^[\w-]{22,64}$/.test(value);

interface PurposeRules {
  /** Header `typ` (RFC 8725 section 3.11): one kind of token never passes for another. */
  readonly typ: string;
  readonly claims: Readonly<Record<string, (value: unknown) => boolean>>;
}

/** The rules of each purpose; the purpose itself is the `aud`. */
export const PURPOSES: {
  readonly [P in TokenPurpose]: PurposeRules & { claims: Record<keyof TokenClaims[P], (value: unknown) => boolean> };
} = {
  access: { typ: 'at+jwt', claims: { sub: isUuid, sid: isUuid, role: isRole } },
  refresh: { typ: 'refresh+jwt', claims: { sub: isUuid, sid: isUuid, gen: isWholeNumber, jti: isToken } },
  reset: { typ: 'reset+jwt', claims: { sub: isUuid, jti: isUuid } },
  mfa: { typ: 'mfa+jwt', claims: { sub: isUuid, jti: isUuid } },
  'not-me': { typ: 'not-me+jwt', claims: { sub: isUuid, jti: isUuid, evt: isNotice, box: isToken } },
};
