/** Claims that the product's token hook adds to an access token. */
export type HookClaims = Readonly<Record<string, unknown>>;

/** A word, or a URL as RFC 7519 section 4.2 advises for names that must not collide. */
const NAME = /^[A-Za-z][\w.:/-]{0,127}$/;

/**
 * Claims that decide whose a token is, for whom, for how long and how the member authenticated, and
 * the fields of an introspection (RFC 7662). If a hook could set them, an error in the hook would
 * forge identities.
 */
const RESERVED: ReadonlySet<string> = new Set([
  ...['iss', 'sub', 'aud', 'exp', 'nbf', 'iat', 'jti', 'typ', 'cnf', 'nonce'],
  ...['client_id', 'azp', 'scope', 'scp', 'act', 'may_act', 'auth_time', 'acr', 'amr', 'events'],
  ...['active', 'username', 'token_type'],
  ...['sid', 'role', 'attributes', 'gen', 'evt', 'box'],
  ...['constructor', 'prototype'],
]);

/** Whether the claim belongs to this server or to a standard that gives it a meaning (AT-02). */
export const isReservedClaim = (name: string): boolean => RESERVED.has(name);

/** Whether a hook may set a claim of this name. */
export const isHookClaim = (name: string): boolean => NAME.test(name) && !isReservedClaim(name);
