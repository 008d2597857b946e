import { authorization, type Proofs } from './binding/proofs.js';
import type { ProofKey } from './binding/signer.js';
import { NetworkError, ProblemError, withoutQuery } from './errors.js';
import { checkResponse, parseJson } from './expected-response.js';
import { throwIfAborted } from './pause.js';

export interface HttpOptions {
  /** The address of the server without a trailing slash. */
  readonly baseUrl: string;
  readonly fetch: typeof fetch;
  /** Sent as Accept-Language: the language of mails and messages. */
  readonly locale: () => string | undefined;
  /** Whether cookies are sent. */
  readonly cookies: boolean;
  readonly proofs: Proofs;
}

export interface HttpRequest {
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
  readonly token?: string | undefined;
  /** Whether the token is bound to `key`. The proof then has to name the token. */
  readonly isTokenBound?: boolean | undefined;
  /** The request proves possession of this key. */
  readonly key?: ProofKey | undefined;
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
   * @throws what the app's `locale` or signer threw, and TypeError for a body that is not JSON
   */
  async send(request: HttpRequest): Promise<HttpResponse> {
    const response = await this.sendOnce(request);
    // The refusal contains the server's time and a nonce for the next proof. The server has not acted
    // on the request, so any request may be repeated.
    return response.problem?.code === 'proof_stale' ? this.sendOnce(request) : response;
  }

  private async sendOnce(request: HttpRequest): Promise<HttpResponse> {
    const { proofs, baseUrl } = this.options;
    const { response, text } = await this.exchange(request);
    const { status, headers } = response;
    if (response.ok) {
      const body = checkResponse(request.method, request.path, status, text);
      proofs.noteTime(headers);
      return { status, body };
    }
    const problem = new ProblemError(status, parseJson(text), parseRetryAfter(response));
    if (problem.code !== 'unknown') proofs.noteTime(headers); // a response without a code is from a proxy
    if (headers.has('dpop-nonce')) proofs.noteNonce(baseUrl + request.path, headers);
    return { status, body: undefined, problem };
  }

  private async exchange(request: HttpRequest): Promise<Exchange> {
    const { method, path, body, token, isTokenBound = false, key, signal, timeoutMs } = request;
    throwIfAborted(signal);
    // Outside the `try` below: an error of the app is not one of the network.
    const locale = this.options.locale();
    const content = body === undefined ? undefined : JSON.stringify(body);
    const url = this.options.baseUrl + path;
    const target = { method, url, accessToken: isTokenBound ? token : undefined };
    const proof = key && (await this.options.proofs.make(key, target));
    throwIfAborted(signal); // otherwise a login that was aborted in the line before would open a session
    // Not AbortSignal.any and AbortSignal.timeout: React Native lacks them.
    const controller = new AbortController();
    const abort = (): void => controller.abort();
    const timer = setTimeout(abort, timeoutMs);
    signal?.addEventListener('abort', abort);
    try {
      const response = await this.options.fetch(url, {
        method,
        headers: {
          ...(content !== undefined && { 'content-type': 'application/json' }),
          ...(token !== undefined && { authorization: authorization(token, isTokenBound) }),
          ...(proof !== undefined && { dpop: proof }),
          ...(locale !== undefined && { 'accept-language': locale }),
        },
        credentials: this.options.cookies ? 'include' : 'omit',
        ...(content !== undefined && { body: content }),
        signal: controller.signal,
      });
      return { response, text: await response.text() };
    } catch (cause) {
      throwIfAborted(signal);
      throw new NetworkError(`${method} ${withoutQuery(path)}: no response`, { cause });
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
    }
  }
}

/** Reads Retry-After in seconds. Proxies may send a date instead of a number. */
function parseRetryAfter({ headers }: Response): number | undefined {
  const value = headers.get('retry-after');
  if (value === null) return undefined;
  const seconds = /^\d+$/.test(value) ? Number(value) : Math.ceil((Date.parse(value) - Date.now()) / 1000);
  return Number.isFinite(seconds) ? Math.max(0, seconds) : undefined;
}
