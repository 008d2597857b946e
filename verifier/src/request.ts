/** A request of Node.js, Express or Fastify, or one of the Fetch standard. */
export interface VerifiableRequest {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  /** The address before a router shortened it (Express). */
  readonly originalUrl?: string | undefined;
  readonly headers: Headers | Readonly<Record<string, string | string[] | undefined>>;
}

/** The header's value; undefined if it is absent or a list of values. */
export function headerOf({ headers }: VerifiableRequest, name: string): string | undefined {
  if (headers instanceof Headers) return headers.get(name) ?? undefined;
  const value = headers[name];
  return typeof value === 'string' ? value : undefined;
}

/** The path without query and fragment; clients may send a whole address (RFC 9112 section 3.2.2). */
export function pathOf({ originalUrl, url }: VerifiableRequest): string {
  const target = originalUrl ?? url ?? '/';
  if (target.startsWith('/')) return target.split(/[?#]/, 1)[0]!;
  return URL.canParse(target) ? new URL(target).pathname : '/';
}
