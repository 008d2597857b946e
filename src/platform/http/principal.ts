/** Decides which routes a member may call. */
export type Role = 'member' | 'admin';

/** The signed-in member, as stated by the access token. */
export interface MemberPrincipal {
  readonly memberId: string;
  readonly sessionId: string;
  readonly role: Role;
  /** Set where the access token is bound to a key: each call needs a proof by it (RFC 9449). */
  readonly keyThumbprint?: string;
}

/** What an API key may open; a route names its scope with `@Scope()`. */
export const SCOPES = [
  'members:read',
  'members:write',
  'events:read',
  'webhooks:write',
  'revocations:read',
  'security-events:read',
  'outbox:read',
  'outbox:write',
] as const;

export type ApiKeyScope = (typeof SCOPES)[number];

/** The API key of a program, for instance of the product's own backend. */
export interface ApiKeyPrincipal {
  readonly apiKeyId: string;
  readonly scopes: readonly ApiKeyScope[];
  /** The digest of the secret that the request carried. A rotation can end one secret of a key. */
  readonly secretDigest: Buffer;
  /** Seconds since 1970; null without an end. */
  readonly expiresAt: number | null;
}

/** On whose behalf a request runs: a signed-in member, or an API key. */
export type Principal = MemberPrincipal | ApiKeyPrincipal;

export function isApiKey(principal: Principal): principal is ApiKeyPrincipal {
  return 'apiKeyId' in principal;
}

/** The id of the member or the API key. A cursor of a list can be bound to this id, as its reader. */
export function idOf(principal: Principal): string {
  return isApiKey(principal) ? principal.apiKeyId : principal.memberId;
}
