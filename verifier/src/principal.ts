import type { AccessTokenClaims } from './claims.js';
import { Refusal } from './refusal.js';

/** The member whose token a request carries. */
export interface Principal {
  readonly memberId: string;
  readonly sessionId: string;
  /** `member` or `admin`: the role at the server. */
  readonly role: string;
  /** {@link role}, and those of the attribute `roles` except `member` and `admin`. */
  readonly roles: readonly string[];
  /** How the member authenticated (RFC 8176); contains `mfa` after two factors or a passkey. */
  readonly methods: readonly string[];
  /** Seconds since the member last logged in, or proved a password or a factor; infinite if unknown, or if a new login is required. */
  readonly loginAge: number;
  /** Whether the request proved the key that the token is bound to. */
  readonly isBound: boolean;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly claims: AccessTokenClaims;
}

/** Roles that only the server grants: an attribute must not make its member an administrator. */
const SERVER_ROLES = new Set(['member', 'admin']);

function rolesOf({ role, attributes }: AccessTokenClaims): string[] {
  const own = [attributes?.roles ?? []].flat();
  return [role, ...own.filter((name): name is string => typeof name === 'string' && !SERVER_ROLES.has(name))];
}

/** @param now in seconds since 1970 */
export function principalOf(claims: AccessTokenClaims, now: number): Principal {
  const { sub, sid, role, auth_time: loginAt, amr, cnf, attributes } = claims;
  return {
    memberId: sub,
    sessionId: sid,
    role,
    roles: rolesOf(claims),
    methods: amr ?? [],
    loginAge: loginAt ? now - loginAt : Infinity, // auth_time 0: the server requires a new login
    isBound: cnf !== undefined,
    attributes: attributes ?? {},
    claims,
  };
}

const schemeOf = ({ isBound }: Principal) => (isBound ? 'DPoP' : 'Bearer');

/**
 * Checks that the member logged in, or proved a password or a factor, at most this many seconds ago.
 * @throws Refusal `insufficient_user_authentication`
 */
export function checkRecentLogin(principal: Principal, seconds: number): void {
  if (!(principal.loginAge <= seconds)) throw Refusal.insufficientAuthentication(schemeOf(principal), seconds);
}

/**
 * Checks that the member authenticated with two factors, or with a passkey.
 * @throws Refusal `insufficient_user_authentication`
 */
export function checkFactor(principal: Principal): void {
  if (!principal.methods.includes('mfa')) throw Refusal.insufficientAuthentication(schemeOf(principal));
}

/**
 * Checks that the member has one of the roles.
 * @throws Refusal `forbidden`
 */
export function checkRoles(principal: Principal, ...roles: string[]): void {
  if (!roles.some((role) => principal.roles.includes(role))) throw Refusal.forbidden();
}
