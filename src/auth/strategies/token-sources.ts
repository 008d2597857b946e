import type { JwtFromRequestFunction } from 'passport-jwt';

/** Where a token may be besides the Authorization header. Guards run before validation, so the value may be anything. */
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
