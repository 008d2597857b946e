import type { components } from './openapi.js';
import { Listeners, type ClientEvents } from './events.js';
import { ProblemError } from './errors.js';
import { Http, type HttpResponse } from './http.js';
import { orAborted, pause } from './pause.js';
import { refreshLock } from './refresh-lock.js';
import { SessionKeeper } from './session-keeper.js';
import { browserStorage, memoryStorage, type TokenStorage } from './storage.js';

type Schemas = components['schemas'];
type TokenResponse = Schemas['TokenResponse'];
/** Request bodies without the fields that the client adds itself. */
type WithoutDevice<T> = Omit<T, 'deviceToken' | 'transport'>;

export type LoginOutcome = Schemas['LoginOutcome'];
export type CompletedLogin = Schemas['CompletedLogin'];

export interface MunjigiOptions {
  /** The address of the server, such as `https://accounts.example.com`. */
  baseUrl: string;
  /**
   * `body` (default): the client keeps the refresh token in `storage`. `cookie`, for browsers: the
   * refresh token is in an HttpOnly cookie that scripts cannot read; the server needs the page's
   * origin in CORS_ORIGINS.
   */
  transport?: 'body' | 'cookie';
  /**
   * Default: localStorage if it exists, otherwise memory. Mobile apps should pass a storage that
   * uses the Keychain or Keystore.
   */
  storage?: TokenStorage;
  /**
   * Language of messages and mails, `ko` or `en`. A function is called for each request. Default:
   * the browser's language.
   */
  locale?: string | (() => string | undefined);
  /** Shown in the member's list of sessions. */
  deviceName?: string;
  fetch?: typeof fetch;
  /** Timeout of a call in milliseconds. Default 15,000. */
  timeoutMs?: number;
  /**
   * GET calls are retried after 429 and 503 if the server's Retry-After is at most this many
   * seconds. Default 5; 0 disables retries.
   */
  longestRetryAfter?: number;
  /**
   * Separates the stored tokens of several clients, for an app with several signed-in members.
   * Default `session`.
   */
  name?: string;
}

export interface CallOptions {
  /** Aborts this call. A token refresh that other calls wait for continues. */
  signal?: AbortSignal;
}

interface CallDetails extends CallOptions {
  body?: unknown;
  /**
   * `session` (default) sends the access token, `none` no token, and `{ token }` the given token.
   */
  as?: 'session' | 'none' | { token: string };
}

const DEFAULT_TIMEOUT_MS = 15_000;
const DEFAULT_LONGEST_RETRY_AFTER = 5;
const MAX_RETRIES = 2;
/** Error codes that concern the access token; all others concern the operation. */
const TOKEN_ERRORS: ReadonlySet<string> = new Set(['token_expired', 'token_invalid', 'session_ended']);

/**
 * A client of one Munjigi server for one member. Create one instance and keep it: its calls share
 * token refreshes.
 */
export class MunjigiClient {
  private readonly http: Http;
  private readonly keeper: SessionKeeper;
  private readonly listeners = new Listeners();
  private readonly storage: TokenStorage;
  private readonly storageKey: string;

  constructor(private readonly options: MunjigiOptions) {
    const baseUrl = options.baseUrl.replace(/\/+$/, '');
    const usesCookies = options.transport === 'cookie';
    const locale = options.locale;
    this.storage = options.storage ?? defaultStorage();
    this.storageKey = `munjigi:${options.name ?? 'session'}:${baseUrl}`;
    this.http = new Http({
      baseUrl,
      fetch: options.fetch ?? ((input, init) => fetch(input, init)),
      locale: typeof locale === 'function' ? locale : () => locale,
      cookies: usesCookies,
    });
    const isShared = this.storage.isShared === true;
    this.keeper = new SessionKeeper({
      http: this.http,
      storage: this.storage,
      storageKey: this.storageKey,
      usesCookies,
      isShared,
      exclusive: isShared ? refreshLock(this.storageKey) : (action) => action(false),
      listeners: this.listeners,
    });
  }

  /**
   * Adds a listener. Changes in other tabs are reported, too.
   *
   * @returns a function that removes the listener
   */
  on<Name extends keyof ClientEvents>(name: Name, listener: (event: ClientEvents[Name]) => void): () => void {
    return this.listeners.on(name, listener);
  }

  /**
   * Returns the stored session, or undefined. Reads only the storage. Whether the session is still
   * valid is known only after the next call.
   */
  async currentSession(): Promise<{ sessionId: string } | undefined> {
    const session = await this.keeper.current();
    return session && { sessionId: session.sessionId };
  }

  /** Returns a valid access token, for libraries that send it themselves. @throws SignedOutError */
  accessToken({ signal }: CallOptions = {}): Promise<string> {
    return orAborted(this.keeper.accessToken(), signal);
  }

  /** Stops listening to other tabs. For tests and hot reloading. */
  close(): void {
    this.keeper.close();
  }

  // --- Signing up ---

  readonly signUp = {
    /** Mails a code and a link. The response is the same if the address already has an account. */
    request: (body: Schemas['SignUpRequest'], options?: CallOptions) =>
      this.post<Schemas['SignUpResponse']>('/api/auth/sign-up', body, options),
    resend: (body: Schemas['ResendSignUpRequest'], options?: CallOptions) =>
      this.post<Schemas['SignUpResponse']>('/api/auth/sign-up/resend', body, options),
    /** Creates the account and signs the member in. */
    confirmCode: (body: WithoutDevice<Schemas['ConfirmSignUpByCodeRequest']>, options?: CallOptions) =>
      this.signIn<TokenResponse>('/api/auth/sign-up/confirm-code', body, options),
    confirmLink: (body: WithoutDevice<Schemas['ConfirmSignUpByLinkRequest']>, options?: CallOptions) =>
      this.signIn<TokenResponse>('/api/auth/sign-up/confirm-link', body, options),
    inspectLink: (body: Schemas['SignUpLinkRequest'], options?: CallOptions) =>
      this.post<Schemas['InspectedSignUpResponse']>('/api/auth/sign-up/inspect-link', body, options),
    discard: (body: Schemas['SignUpLinkRequest'], options?: CallOptions) =>
      this.post<void>('/api/auth/sign-up/discard', body, options),
  };

  // --- Logging in and out ---

  /** Logs in. The `status` of the outcome is `authenticated`, or names the next step. */
  async logIn(body: WithoutDevice<Schemas['LoginRequest']>, options?: CallOptions): Promise<LoginOutcome> {
    const deviceToken = await this.readDeviceToken();
    return this.signIn<LoginOutcome>('/api/auth/login', { ...body, ...(deviceToken && { deviceToken }) }, options);
  }

  /**
   * Takes the second step after `mfa_required`: a code of the authenticator app, or a recovery code.
   * The `status` of the outcome is `authenticated`, or `password_change_required` if a new password
   * is needed first.
   */
  logInSecondFactor(body: Schemas['SecondFactorRequest'], options?: CallOptions): Promise<CompletedLogin> {
    return this.signIn<CompletedLogin>('/api/auth/login/mfa', body, options, {});
  }

  /**
   * Signs out on this device at once, even offline. Rejects if the server could not be reached: the
   * session then stays open there.
   */
  async logOut(): Promise<void> {
    const session = await this.keeper.current();
    if (!session) return;
    await this.keeper.end(session.sessionId, 'logged-out');
    const { problem } = await this.send('POST', '/api/auth/logout', {
      as: session.refreshToken === undefined ? 'none' : { token: session.refreshToken },
    });
    if (problem && problem.status !== 401) throw problem; // 401: the session had ended already
  }

  /** Checks the password again, for operations that fail with `reauth_required`. */
  reauthenticate(body: Schemas['ReauthenticateRequest'], options?: CallOptions): Promise<void> {
    return this.request<void>('POST', '/api/auth/reauthenticate', { ...options, body });
  }

  readonly sessions = {
    list: async (options?: CallOptions) =>
      (await this.request<Schemas['SessionListResponse']>('GET', '/api/auth/sessions', options)).items,
    end: (id: string, options?: CallOptions) =>
      this.request<void>('DELETE', `/api/auth/sessions/${encodeURIComponent(id)}`, options),
    endOthers: (options?: CallOptions) => this.request<void>('DELETE', '/api/auth/sessions', options),
  };

  // --- Recovery ---

  readonly passwordReset = {
    /**
     * Mails a code and a link if the address has an account. The response does not reveal whether
     * it has.
     */
    sendCode: (body: Schemas['SendResetCodeRequest'], options?: CallOptions) =>
      this.post<Schemas['CodeSentResponse']>('/api/auth/password-reset/send-code', body, options),
    confirmCode: (body: Schemas['ConfirmCodeRequest'], options?: CallOptions) =>
      this.post<Schemas['ResetTokenResponse']>('/api/auth/password-reset/confirm-code', body, options),
    confirmLink: (body: Schemas['ResetLinkRequest'], options?: CallOptions) =>
      this.post<Schemas['ResetTokenByLinkResponse']>('/api/auth/password-reset/confirm-link', body, options),
    /** Sets the new password and ends all sessions. Does not log in. */
    complete: ({ resetToken, newPassword }: { resetToken: string; newPassword: string }, options?: CallOptions) =>
      this.request<void>('POST', '/api/auth/password-reset', {
        ...options,
        body: { newPassword },
        as: { token: resetToken },
      }),
  };

  readonly loginId = {
    check: (body: Schemas['CheckLoginIdRequest'], options?: CallOptions) =>
      this.post<Schemas['LoginIdAvailabilityResponse']>('/api/auth/login-id/check', body, options),
    sendCode: (body: Schemas['SendLoginIdCodeRequest'], options?: CallOptions) =>
      this.post<Schemas['CodeSentResponse']>('/api/auth/login-id/send-code', body, options),
    confirmCode: (body: Schemas['ConfirmLoginIdCodeRequest'], options?: CallOptions) =>
      this.post<Schemas['FoundLoginIdResponse']>('/api/auth/login-id/confirm-code', body, options),
  };

  // --- The member ---

  readonly me = {
    get: (options?: CallOptions) => this.request<Schemas['ProfileResponse']>('GET', '/api/members/me', options),
    update: (body: Schemas['UpdateProfileRequest'], options?: CallOptions) =>
      this.request<Schemas['ProfileResponse']>('PATCH', '/api/members/me', { ...options, body }),
    changePassword: (body: Schemas['ChangePasswordRequest'], options?: CallOptions) =>
      this.request<void>('POST', '/api/members/me/password', { ...options, body }),
    securityEvents: (query: { limit?: number; cursor?: string } = {}, options?: CallOptions) =>
      this.request<Schemas['SecurityActivityResponse']>(
        'GET',
        `/api/members/me/security-events${buildQuery(query)}`,
        options,
      ),
    sendEmailCode: (body: Schemas['ChangeEmailRequest'], options?: CallOptions) =>
      this.request<Schemas['CodeSentResponse']>('POST', '/api/members/me/email/send-code', { ...options, body }),
    confirmEmailCode: (body: Schemas['ConfirmCodeRequest'], options?: CallOptions) =>
      this.request<void>('POST', '/api/members/me/email/confirm-code', { ...options, body }),
    /** Closes the account at once. A login within the grace period restores it. */
    close: async (body: Schemas['CloseAccountRequest'], options?: CallOptions) => {
      const session = await this.keeper.current();
      await this.request<void>('DELETE', '/api/members/me', { ...options, body });
      if (session) await this.keeper.end(session.sessionId, 'ended');
    },
  };

  readonly totp = {
    enrol: (body: Schemas['PasswordRequest'], options?: CallOptions) =>
      this.request<Schemas['TotpEnrolmentResponse']>('POST', '/api/members/me/totp', { ...options, body }),
    confirm: (body: Schemas['ConfirmTotpRequest'], options?: CallOptions) =>
      this.request<Schemas['RecoveryCodesResponse']>('POST', '/api/members/me/totp/confirm', { ...options, body }),
    remove: (body: Schemas['RemoveTotpRequest'], options?: CallOptions) =>
      this.request<void>('DELETE', '/api/members/me/totp', { ...options, body }),
    newRecoveryCodes: (body: Schemas['PasswordRequest'], options?: CallOptions) =>
      this.request<Schemas['RecoveryCodesResponse']>('POST', '/api/members/me/recovery-codes', { ...options, body }),
  };

  // --- Everything else ---

  /**
   * Calls any operation of the server; see openapi.json.
   *
   * @throws ProblemError, NetworkError, SignedOutError
   */
  async request<T>(method: string, path: string, details: CallDetails = {}): Promise<T> {
    for (let retries = 0; ; retries++) {
      const { body, problem } = await this.send(method, path, details);
      if (!problem) return body as T;
      // Only GET is retried automatically, because it changes nothing.
      const wait = method === 'GET' && retries < MAX_RETRIES ? this.waitBeforeRetry(problem) : undefined;
      if (wait === undefined) throw problem;
      await pause(wait * 1000, details.signal);
    }
  }

  /**
   * Like `fetch`, for your own services that accept these access tokens. Sends the access token.
   * After a 401 it repeats the request once with a new token, so the body must not be a stream.
   */
  async fetch(url: string | URL, init: RequestInit = {}): Promise<Response> {
    const signal = init.signal ?? undefined;
    const send = (token: string): Promise<Response> => {
      const headers = new Headers(init.headers);
      headers.set('authorization', `Bearer ${token}`);
      return (this.options.fetch ?? fetch)(url, { ...init, headers });
    };
    const token = await orAborted(this.keeper.accessToken(), signal);
    const response = await send(token);
    if (response.status !== 401) return response;
    await response.body?.cancel();
    return send(await orAborted(this.keeper.renew(token), signal));
  }

  /**
   * Sends a call, and repeats it once with a new access token if the token was the reason for its
   * failure.
   */
  private async send(method: string, path: string, details: CallDetails): Promise<HttpResponse> {
    const { body, signal, as = 'session' } = details;
    const timeoutMs = this.options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
    const sendOnce = (token: string | undefined): Promise<HttpResponse> =>
      this.http.send({ method, path, body, token, signal, timeoutMs });
    if (as === 'none') return sendOnce(undefined);
    if (as !== 'session') return sendOnce(as.token);
    const token = await orAborted(this.keeper.accessToken(), signal);
    const response = await sendOnce(token);
    if (response.status !== 401 || !TOKEN_ERRORS.has(response.problem?.code ?? '')) return response;
    return sendOnce(await orAborted(this.keeper.renew(token), signal));
  }

  /** Posts to an operation that needs no login. */
  private post<T>(path: string, body: unknown, options: CallOptions = {}): Promise<T> {
    return this.request<T>('POST', path, { ...options, body, as: 'none' });
  }

  /** Posts to an operation whose response may contain tokens, and starts using them. */
  private async signIn<T extends LoginOutcome>(
    path: string,
    body: object,
    options: CallOptions | undefined,
    device: object = this.deviceFields(),
  ): Promise<T> {
    const askedAt = Date.now();
    const outcome = await this.post<T>(path, { ...device, ...body }, options);
    if (outcome.status === 'authenticated') {
      await this.keeper.adopt(outcome, askedAt);
      if (outcome.deviceToken !== undefined) await this.storeDeviceToken(outcome.deviceToken);
    }
    return outcome;
  }

  private deviceFields(): object {
    const { deviceName, transport } = this.options;
    return { ...(deviceName !== undefined && { deviceName }), ...(transport !== undefined && { transport }) };
  }

  /**
   * Returns the token by which the server recognises this device, also after a logout. With cookie
   * transport the server uses a cookie instead.
   */
  private async readDeviceToken(): Promise<string | null> {
    try {
      return await this.storage.get(`${this.storageKey}:device`);
    } catch (error) {
      this.listeners.emit('storageFailed', { error });
      return null;
    }
  }

  private async storeDeviceToken(deviceToken: string): Promise<void> {
    try {
      await this.storage.set(`${this.storageKey}:device`, deviceToken);
    } catch (error) {
      this.listeners.emit('storageFailed', { error });
    }
  }

  /** Returns the wait before a retry in seconds, or undefined if there should be none. */
  private waitBeforeRetry({ status, retryAfter }: ProblemError): number | undefined {
    const longest = this.options.longestRetryAfter ?? DEFAULT_LONGEST_RETRY_AFTER;
    return (status === 429 || status === 503) && retryAfter !== undefined && retryAfter <= longest
      ? retryAfter
      : undefined;
  }
}

/** Uses memory if there is no localStorage. Browsers that block it throw on any access. */
function defaultStorage(): TokenStorage {
  try {
    return browserStorage();
  } catch {
    return memoryStorage();
  }
}

function buildQuery(values: Record<string, string | number | undefined>): string {
  const pairs = Object.entries(values).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${encodeURIComponent(value)}`],
  );
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`;
}
