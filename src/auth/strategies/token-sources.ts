import type { JwtFromRequestFunction } from 'passport-jwt';

const DPOP_SCHEME = /^DPoP +(\S+)$/i;

/**
 * Reads a bearer token (RFC 6750 section 2.1): the scheme, spaces, the token and nothing else. The
 * extractor of passport-jwt also accepts a token between other words, which a proxy in front may
 * read differently (TK-11).
 */
export function fromBearerHeader({ headers }: { headers: { authorization?: string } }): string | null {
  return /^Bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1] ?? null;
}

/** Reads the password of HTTP Basic (RFC 7617); null where there is none. */
export function fromBasicPassword({ headers }: { headers: { authorization?: string } }): string | null {
  const encoded = /^Basic +([A-Za-z0-9+/]+=*)$/i.exec(headers.authorization ?? '')?.[1];
  if (encoded === undefined) return null;
  const credentials = Buffer.from(encoded, 'base64').toString('utf8');
  return credentials.includes(':') ? credentials.slice(credentials.indexOf(':') + 1) : null;
}

/**
 * Reads an access token: with the scheme Bearer, or DPoP for a token that is bound to a key (RFC
 * 9449 section 7.1). {@link isDpopScheme} distinguishes them.
 */
export function fromAccessHeader(request: { headers: { authorization?: string } }): string | null {
  return fromBearerHeader(request) ?? DPOP_SCHEME.exec(request.headers.authorization ?? '')?.[1] ?? null;
}

export function isDpopScheme({ headers }: { headers: { authorization?: string } }): boolean {
  return DPOP_SCHEME.test(headers.authorization ?? '');
}

/**
 * Reads a token from a field of the body. Guards run before validation, so the body may be any JSON
 * value.
 */
export function fromBody(field: string): JwtFromRequestFunction {
  return (request: { body?: unknown }) => {
    const body = request.body;
    if (typeof body !== 'object' || body === null || !Object.hasOwn(body, field)) return null;
    const value = (body as Record<string, unknown>)[field];
    return typeof value === 'string' ? value : null;
  };
}

export function fromCookie(name: string): JwtFromRequestFunction {
  return (request: { cookies?: Record<string, string | undefined> }) => request.cookies?.[name] ?? null;
}
