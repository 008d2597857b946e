/** For one request to a provider. A member waits for two of them at most. */
const TIMEOUT_MS = 5000;

/** The provider did not answer, or not as a working server does. */
export class ProviderUnavailableError extends Error {}

/**
 * The `fetch` of all requests to providers. Distinguishes a provider that is down from one that refuses.
 * Follows no redirects: a provider that is fooled must not point this server elsewhere.
 * @throws ProviderUnavailableError
 */
export async function fetchFromProvider(url: string, options: RequestInit): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url, { ...options, redirect: 'manual', signal: AbortSignal.timeout(TIMEOUT_MS) });
  } catch (error) {
    throw new ProviderUnavailableError('no answer', { cause: error });
  }
  if (response.status >= 500 || response.status === 429)
    throw new ProviderUnavailableError(`answered ${response.status}`);
  return response;
}

/** Whether the error, or what caused it, is a provider that is down: libraries wrap it. */
export function isProviderUnavailable(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause)
    if (cause instanceof ProviderUnavailableError) return true;
  return false;
}

/** @returns what went wrong, in one line: libraries wrap the cause in errors of no use to an operator */
export function reasonOf(error: unknown): string {
  let reason = String(error);
  for (let cause = error; cause instanceof Error; cause = cause.cause) reason = cause.message;
  return reason.replace(/[\p{Cc}\s]+/gu, ' ').slice(0, 300);
}
