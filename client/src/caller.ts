import type { components } from './openapi.js';
import type { Binding } from './binding/binding.js';
import type { ProofKey } from './binding/signer.js';
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
/**
 * Error codes after which a call is repeated with a new access token. `proof_required`: the key of
 * the token is gone. The refresh is then refused as well, and the session ends.
 */
const TOKEN_ERRORS: ReadonlySet<string> = new Set([
  'token_expired',
  'token_invalid',
  'session_ended',
  'proof_required',
]);

export interface CallerOptions {
  readonly http: Http;
  readonly keeper: SessionKeeper;
  readonly device: Device;
  readonly binding: Binding;
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
    if (mayAnswerTokens(method, path)) return this.signIn<T>(method, path, details);
    for (let retries = 0; ; retries++) {
      const askedAt = Date.now();
      const { body, problem } = await this.send(method, path, details);
      if (!problem) {
        if (isTokens(body)) await this.use(body, askedAt, { method, path }); // only a newer server sends tokens here
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

  /**
   * Posts to an operation that begins a journey at another service, with the fields about the
   * session that the journey will open.
   */
  async beginSignIn<T>(path: string, body: object, options: CallOptions = {}): Promise<T> {
    const { binding, device } = this.options;
    const key = await binding.keyForSignIn();
    return this.post<T>(path, await device.describe(path, body, key ? binding.fields : {}), options);
  }

  /**
   * Sends a call that may open a session. The session is bound to the key of this device, if there is
   * a key. The call carries a token only if `details.as` asks for it.
   */
  private async signIn<T>(method: string, path: string, details: CallDetails): Promise<T> {
    const { keeper, binding, device } = this.options;
    await orAborted(keeper.settle(), details.signal);
    let key = await binding.keyForSignIn();
    for (;;) {
      const askedAt = Date.now();
      const body = await device.describe(path, details.body, key ? binding.fields : {});
      const response = await this.send(method, path, { as: 'none', ...details, body }, key);
      if (!response.problem) {
        if (isTokens(response.body)) await this.use(response.body, askedAt, { method, path }, key);
        return response.body as T;
      }
      // The likely reason: PUBLIC_URL is not the address by which this client calls the server. The
      // server refuses a proof before it acts, so the call may be repeated without one.
      if (response.problem.code !== 'proof_invalid' || !key || !binding.isOptional) throw response.problem;
      key = undefined;
    }
  }

  private async use(
    tokens: TokenResponse,
    askedAt: number,
    from: { method: string; path: string },
    key?: ProofKey,
  ): Promise<void> {
    await this.options.keeper.adopt(tokens, askedAt, from, key?.id);
    if (tokens.deviceToken !== undefined) await this.options.device.remember(tokens.deviceToken);
  }

  /**
   * Sends a call, and repeats it once with a new access token if the token was the reason for its
   * failure.
   */
  private async send(method: string, path: string, details: CallDetails, key?: ProofKey): Promise<HttpResponse> {
    const { http, keeper, timeoutMs } = this.options;
    const { body, signal, as = 'session' } = details;
    const request = { method, path, body, signal, timeoutMs };
    if (as === 'none') return http.send({ ...request, key });
    if (as !== 'session') return http.send({ ...request, token: as.token, key });
    const credentials = await orAborted(keeper.credentials(), signal);
    const response = await http.send({ ...request, ...credentials });
    if (response.status !== 401 || !TOKEN_ERRORS.has(response.problem?.code ?? '')) return response;
    return http.send({ ...request, ...(await orAborted(keeper.renew(credentials), signal)) });
  }

  /** Returns the wait before a retry in seconds, or undefined if there should be none. */
  private waitBeforeRetry({ status, retryAfter }: ProblemError): number | undefined {
    const longest = this.options.longestRetryAfter ?? DEFAULT_LONGEST_RETRY_AFTER;
    const isTemporary = status === 429 || status === 503;
    return isTemporary && longest > 0 && retryAfter !== undefined && retryAfter <= longest ? retryAfter : undefined;
  }
}

/** Whether a response contains tokens. Looks at the fields, because this version may not know the operation. */
function isTokens(body: unknown): body is TokenResponse {
  const { status, accessToken, sessionId, expiresIn } = (body ?? {}) as Partial<TokenResponse>;
  return (
    status === 'authenticated' &&
    typeof accessToken === 'string' &&
    typeof sessionId === 'string' &&
    typeof expiresIn === 'number'
  );
}
