import { NetworkError, ProblemError } from './errors.js';
import { checkResponse } from './expected-response.js';

export interface HttpOptions {
  /** The address of the server without a trailing slash. */
  readonly baseUrl: string;
  readonly fetch: typeof fetch;
  /** Sent as Accept-Language: the language of mails and messages. */
  readonly locale: () => string | undefined;
  /** Whether cookies are sent. */
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

export interface HttpResponse {
  readonly status: number;
  /** Checked; undefined if there is none or if the server responded with an error. */
  readonly body: unknown;
  /** Set if the server responded with an error. */
  readonly problem?: ProblemError;
}

interface Exchange {
  readonly response: Response;
  readonly text: string;
}

/** Sends single requests with JSON bodies, and checks the responses. */
export class Http {
  constructor(private readonly options: HttpOptions) {}

  /**
   * @throws NetworkError
   * @throws UnexpectedResponseError for a success that is not what the operation answers
   * @throws the reason of `signal` if it was aborted
   */
  async send(request: HttpRequest): Promise<HttpResponse> {
    const { response, text } = await this.exchange(request);
    const { status } = response;
    if (response.ok) return { status, body: checkResponse(request.method, request.path, status, text) };
    return { status, body: undefined, problem: new ProblemError(status, parseJson(text), parseRetryAfter(response)) };
  }

  private async exchange({ method, path, body, token, signal, timeoutMs }: HttpRequest): Promise<Exchange> {
    signal?.throwIfAborted();
    // Not AbortSignal.any and AbortSignal.timeout: React Native lacks them.
    const controller = new AbortController();
    const abort = (): void => controller.abort();
    const timer = setTimeout(abort, timeoutMs);
    signal?.addEventListener('abort', abort);
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
      return { response, text: await response.text() };
    } catch (cause) {
      signal?.throwIfAborted();
      throw new NetworkError(`${method} ${path}: no response`, { cause });
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
    }
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined; // an error page of a proxy
  }
}

/** Reads Retry-After in seconds. Proxies may send a date instead of a number. */
function parseRetryAfter({ headers }: Response): number | undefined {
  const value = headers.get('retry-after');
  if (value === null) return undefined;
  const seconds = /^\d+$/.test(value) ? Number(value) : Math.ceil((Date.parse(value) - Date.now()) / 1000);
  return Number.isFinite(seconds) ? Math.max(0, seconds) : undefined;
}
