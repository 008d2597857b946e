/** Limit for one request to a provider and its answer. A member waits for a few such requests at most. */
const TIMEOUT_MS = 5000;
/** Metadata, keys and tokens are far smaller. */
const MAX_ANSWER_BYTES = 1_000_000;
/** Answers that have no body by definition. */
const WITHOUT_BODY: readonly number[] = [101, 204, 205, 304];

/** The provider did not answer, or its answer is not that of a working server. */
export class ProviderUnavailableError extends Error {}

/**
 * The `fetch` of all requests to providers. Distinguishes a provider that is down from one that refuses.
 * Follows no redirects: a provider that is fooled must not point this server elsewhere. Reads the
 * whole answer, because a provider may also hang in the middle of it.
 * @throws ProviderUnavailableError
 */
export async function fetchFromProvider(url: string, options: RequestInit): Promise<Response> {
  let response: Response;
  let body: Uint8Array | null;
  try {
    response = await fetch(url, { ...options, redirect: 'manual', signal: AbortSignal.timeout(TIMEOUT_MS) });
    body = await readBody(response);
  } catch (error) {
    throw new ProviderUnavailableError('no answer', { cause: error });
  }
  const { status, statusText, headers } = response;
  if (status >= 500 || status === 429) throw new ProviderUnavailableError(`answered ${status}`);
  return new Response(body, { status, statusText, headers });
}

/** @throws Error where the answer breaks off, is too long or takes too long */
async function readBody(response: Response): Promise<Uint8Array | null> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += (chunk as Uint8Array).length;
    if (size > MAX_ANSWER_BYTES) throw new Error('too large an answer');
    chunks.push(chunk as Uint8Array);
  }
  return WITHOUT_BODY.includes(response.status) ? null : Buffer.concat(chunks);
}

/** Whether the error or one of its causes is a {@link ProviderUnavailableError}: libraries wrap it. */
export function isProviderUnavailable(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause)
    if (cause instanceof ProviderUnavailableError) return true;
  return false;
}

/** @returns what went wrong, in one line: libraries wrap the cause in errors of no use to an operator */
export function reasonOf(error: unknown): string {
  let reason = String(error);
  for (let cause = error; cause instanceof Error; cause = cause.cause) reason = messageOf(cause);
  return reason.replace(/[\p{Cc}\s]+/gu, ' ').slice(0, 300);
}

/** Node.js reports a failure at all addresses of a host by an error without a message, around one error for each. */
function messageOf(error: Error): string {
  if (error.message !== '' || !(error instanceof AggregateError)) return error.message;
  return error.errors.map((inner: unknown) => (inner instanceof Error ? inner.message : String(inner))).join('; ');
}
