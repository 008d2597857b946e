const TIMEOUT_MS = 5000;

/**
 * Fetches a JSON document of the server. A redirect fails, because it could send the API key to another host.
 * @throws Error if no JSON with the status 200 arrives in time
 */
export async function fetchJson(url: string, init: RequestInit = {}): Promise<{ headers: Headers; body: unknown }> {
  const response = await fetch(url, { ...init, redirect: 'error', signal: AbortSignal.timeout(TIMEOUT_MS) });
  if (response.status !== 200) throw new Error(`${url} answered ${response.status}`);
  return { headers: response.headers, body: await response.json() };
}
