import type { components } from './openapi.js';
import type { Device } from './device.js';
import type { ProblemError } from './errors.js';
import { mayAnswerTokens } from './expected-response.js';
import type { Http, HttpResponse } from './http.js';
import type { CallDetails, CallOptions } from './options.js';
import { orAborted, pause } from './pause.js';
import type { SessionKeeper } from './session-keeper.js';

type TokenResponse = components['schemas']['TokenResponse'];

const DEFAULT_LONGEST_RETRY_AFTER = 5;
const MAX_RETRIES = 2;
/** Error codes that concern the access token; all others concern the operation. */
const TOKEN_ERRORS: ReadonlySet<string> = new Set(['token_expired', 'token_invalid', 'session_ended']);

export interface CallerOptions {
  readonly http: Http;
  readonly keeper: SessionKeeper;
  readonly device: Device;
  readonly timeoutMs: number;
  readonly longestRetryAfter?: number | undefined;
}

/** Calls operations with the right token, and starts using the tokens of their responses. */
export class Caller {
  constructor(private readonly options: CallerOptions) {}

  /**
   * Calls an operation and returns the body of its response.
   *
   * @throws ProblemError, NetworkError, UnexpectedResponseError, SignedOutError
   */
  async request<T>(method: string, path: string, details: CallDetails = {}): Promise<T> {
    const call = mayAnswerTokens(method, path) ? await this.prepareSignIn(path, details) : details;
    for (let retries = 0; ; retries++) {
      const askedAt = Date.now();
      const { body, problem } = await this.send(method, path, call);
      if (!problem) {
        if (isTokens(body)) await this.use(body, askedAt, { method, path });
        return body as T;
      }
      // Only GET is retried automatically, because it changes nothing.
      const wait = method === 'GET' && retries < MAX_RETRIES ? this.waitBeforeRetry(problem) : undefined;
      if (wait === undefined) throw problem;
      await pause(wait * 1000, details.signal);
    }
  }

  /** Posts to an operation that needs no login. */
  post<T>(path: string, body: unknown, options: CallOptions = {}): Promise<T> {
    return this.request<T>('POST', path, { ...options, body, as: 'none' });
  }

  /** Calls an operation that needs a login. */
  call<T>(method: string, path: string, body: unknown, options: CallOptions = {}): Promise<T> {
    return this.request<T>(method, path, { ...options, ...(body !== undefined && { body }) });
  }

  /** Completes a call that may open a session. Unless it names a token, it is sent without one. */
  private async prepareSignIn(path: string, details: CallDetails): Promise<CallDetails> {
    await orAborted(this.options.keeper.settle(), details.signal);
    return { as: 'none', ...details, body: await this.options.device.describe(path, details.body) };
  }

  private async use(tokens: TokenResponse, askedAt: number, from: { method: string; path: string }): Promise<void> {
    await this.options.keeper.adopt(tokens, askedAt, from);
    if (tokens.deviceToken !== undefined) await this.options.device.remember(tokens.deviceToken);
  }

  /**
   * Sends a call, and repeats it once with a new access token if the token was the reason for its
   * failure.
   */
  private async send(method: string, path: string, details: CallDetails): Promise<HttpResponse> {
    const { http, keeper, timeoutMs } = this.options;
    const { body, signal, as = 'session' } = details;
    const sendOnce = (token: string | undefined): Promise<HttpResponse> =>
      http.send({ method, path, body, token, signal, timeoutMs });
    if (as === 'none') return sendOnce(undefined);
    if (as !== 'session') return sendOnce(as.token);
    const token = await orAborted(keeper.accessToken(), signal);
    const response = await sendOnce(token);
    if (response.status !== 401 || !TOKEN_ERRORS.has(response.problem?.code ?? '')) return response;
    return sendOnce(await orAborted(keeper.renew(token), signal));
  }

  /** Returns the wait before a retry in seconds, or undefined if there should be none. */
  private waitBeforeRetry({ status, retryAfter }: ProblemError): number | undefined {
    const longest = this.options.longestRetryAfter ?? DEFAULT_LONGEST_RETRY_AFTER;
    const isTemporary = status === 429 || status === 503;
    return isTemporary && longest > 0 && retryAfter !== undefined && retryAfter <= longest ? retryAfter : undefined;
  }
}

/** Whether a response contains tokens; also that of an operation which this version does not know. */
function isTokens(body: unknown): body is TokenResponse {
  const { status, accessToken, sessionId, expiresIn } = (body ?? {}) as Partial<TokenResponse>;
  return (
    status === 'authenticated' &&
    typeof accessToken === 'string' &&
    typeof sessionId === 'string' &&
    typeof expiresIn === 'number'
  );
}
