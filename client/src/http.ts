import { NetworkError, ProblemError } from './errors.js';

export interface HttpOptions {
  /** Where the server is, without a slash at the end. */
  readonly baseUrl: string;
  readonly fetch: typeof fetch;
  /** Sent as Accept-Language: the language of mails and messages. */
  readonly locale: () => string | undefined;
  /** Whether cookies go along. */
  readonly cookies: boolean;
}

export interface HttpRequest {
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
  readonly token?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs: number;
}

export interface HttpAnswer {
  readonly status: number;
  readonly body: unknown;
  /** Set where the server refused. */
  readonly problem?: ProblemError;
}

/** One request, one answer; JSON both ways. */
export class Http {
  constructor(private readonly options: HttpOptions) {}

  /** @throws NetworkError, or the reason of the caller's signal */
  async send({ method, path, body, token, signal, timeoutMs }: HttpRequest): Promise<HttpAnswer> {
    signal?.throwIfAborted();
    // AbortSignal.any and AbortSignal.timeout are missing on React Native.
    const controller = new AbortController();
    const giveUp = (): void => controller.abort();
    const timer = setTimeout(giveUp, timeoutMs);
    signal?.addEventListener('abort', giveUp);
    try {
      const locale = this.options.locale();
      const response = await this.options.fetch(this.options.baseUrl + path, {
        method,
        headers: {
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...(token !== undefined && { authorization: `Bearer ${token}` }),
          ...(locale !== undefined && { 'accept-language': locale }),
        },
        credentials: this.options.cookies ? 'include' : 'omit',
        ...(body !== undefined && { body: JSON.stringify(body) }),
        signal: controller.signal,
      });
      const content = parsed(await response.text());
      if (response.ok) return { status: response.status, body: content };
      const problem = new ProblemError(response.status, asProblem(content), retryAfterOf(response));
      return { status: response.status, body: content, problem };
    } catch (cause) {
      signal?.throwIfAborted();
      throw new NetworkError(`${method} ${path}: no answer`, { cause });
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', giveUp);
    }
  }
}

function parsed(text: string): unknown {
  try {
    return text === '' ? undefined : JSON.parse(text);
  } catch {
    return undefined; // a proxy in between answers in HTML
  }
}

function asProblem(content: unknown): object {
  return typeof content === 'object' && content !== null ? content : {};
}

/** In seconds; a date, as proxies may send it, counts from now. */
function retryAfterOf({ headers }: Response): number | undefined {
  const value = headers.get('retry-after');
  if (value === null) return undefined;
  const seconds = /^\d+$/.test(value) ? Number(value) : Math.ceil((Date.parse(value) - Date.now()) / 1000);
  return Number.isFinite(seconds) ? Math.max(0, seconds) : undefined;
}
