import type { components } from './openapi.js';
import { Listeners, type ClientEvents } from './events.js';
import { ProblemError } from './errors.js';
import { Http, type HttpAnswer } from './http.js';
import { orAborted, pause } from './pause.js';
import { refreshLock } from './refresh-lock.js';
import { SessionKeeper } from './session-keeper.js';
import { browserStorage, memoryStorage, type TokenStorage } from './storage.js';

type Schemas = components['schemas'];
type TokenResponse = Schemas['TokenResponse'];
/** What the client adds by itself. */
type WithoutDevice<T> = Omit<T, 'deviceToken' | 'transport'>;

export type LoginOutcome = Schemas['LoginOutcome'];
export type CompletedLogin = Schemas['CompletedLogin'];

export interface MunjigiOptions {
  /** Where the server is: `https://accounts.example.com`. */
  baseUrl: string;
  /**
   * `body` (default): this client keeps the refresh token in `storage`. `cookie`, for browsers: it is in an HttpOnly cookie
   * that scripts cannot read; the server needs the page's origin in CORS_ORIGINS.
   */
  transport?: 'body' | 'cookie';
  /** Default: localStorage where there is one, else memory. On a phone, pass one that uses the Keychain or Keystore. */
  storage?: TokenStorage;
  /** Language of messages and mails, `ko` or `en`; a function is asked each time. Default: the browser's own. */
  locale?: string | (() => string | undefined);
  /** Shown in the member's list of sessions. */
  deviceName?: string;
  fetch?: typeof fetch;
  /** Give up a call without an answer after this long. Default 15,000 ms. */
  timeoutMs?: number;
  /** GET is tried again after 429 and 503 when the server asks for no more than this many seconds. Default 5; 0 never. */
  longestRetryAfter?: number;
  /** For several members in one app at once: keeps their tokens apart. */
  name?: string;
}

export interface CallOptions {
  /** Ends the waiting. A refresh that other calls wait for goes on. */
  signal?: AbortSignal;
}

interface CallDetails extends CallOptions {
  body?: unknown;
  /** `session` (default) sends the access token; a string is sent as it is; `none` for what is open to anybody. */
  as?: 'session' | 'none' | { token: string };
}

const DEFAULT_TIMEOUT_MS = 15_000;
const DEFAULT_LONGEST_RETRY_AFTER = 5;
const MOST_RETRIES = 2;
/** Refusals that are about the access token itself, not about what was asked with it. */
const TOKEN_REFUSALS: ReadonlySet<string> = new Set(['token_expired', 'token_invalid', 'session_ended']);

/** Talks to one Munjigi server for one member. Make one and keep it: calls share its refreshes. */
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

  /** Hears of changes, also those that other tabs make. Returns what ends it. */
  on<Name extends keyof ClientEvents>(name: Name, listener: (event: ClientEvents[Name]) => void): () => void {
    return this.listeners.on(name, listener);
  }

  /** The session this device was left with, or undefined. Reads the storage, not the network; the first call finds out whether it still lives. */
  async currentSession(): Promise<{ sessionId: string } | undefined> {
    const session = await this.keeper.current();
    return session && { sessionId: session.sessionId };
  }

  /** A fresh access token, for a library that wants to send it by itself. @throws SignedOutError */
  accessToken({ signal }: CallOptions = {}): Promise<string> {
    return orAborted(this.keeper.accessToken(), signal);
  }

  /** No longer hears other tabs; for tests and hot reloading. */
  close(): void {
    this.keeper.close();
  }

  // --- Signing up -----------------------------------------------------------------------------------------------------

  readonly signUp = {
    /** Mails a code and a link. The answer is the same when the address has an account. */
    request: (body: Schemas['SignUpRequest'], options?: CallOptions) =>
      this.open<Schemas['SignUpResponse']>('/api/auth/sign-up', body, options),
    resend: (body: Schemas['ResendSignUpRequest'], options?: CallOptions) =>
      this.open<Schemas['SignUpResponse']>('/api/auth/sign-up/resend', body, options),
    /** The member exists from now on, and is signed in here. */
    confirmCode: (body: WithoutDevice<Schemas['ConfirmSignUpByCodeRequest']>, options?: CallOptions) =>
      this.signIn<TokenResponse>('/api/auth/sign-up/confirm-code', body, options),
    confirmLink: (body: WithoutDevice<Schemas['ConfirmSignUpByLinkRequest']>, options?: CallOptions) =>
      this.signIn<TokenResponse>('/api/auth/sign-up/confirm-link', body, options),
    inspectLink: (body: Schemas['SignUpLinkRequest'], options?: CallOptions) =>
      this.open<Schemas['InspectedSignUpResponse']>('/api/auth/sign-up/inspect-link', body, options),
    discard: (body: Schemas['SignUpLinkRequest'], options?: CallOptions) =>
      this.open<void>('/api/auth/sign-up/discard', body, options),
  };

  // --- Logging in and out ---------------------------------------------------------------------------------------------

  /** `status` of the outcome says whether somebody is signed in, or what is asked for besides. */
  async logIn(body: WithoutDevice<Schemas['LoginRequest']>, options?: CallOptions): Promise<LoginOutcome> {
    const deviceToken = await this.deviceToken();
    return this.signIn<LoginOutcome>('/api/auth/login', { ...body, ...(deviceToken && { deviceToken }) }, options);
  }

  /** After `mfa_required`: six digits from the app, or a recovery code. `status` of the outcome says whether a new password is asked for first. */
  logInSecondFactor(body: Schemas['SecondFactorRequest'], options?: CallOptions): Promise<CompletedLogin> {
    return this.signIn<CompletedLogin>('/api/auth/login/mfa', body, options, {});
  }

  /** Signed out here at once, whatever the network does. Rejects where the server could not be told; it then still knows the session. */
  async logOut(): Promise<void> {
    const session = await this.keeper.current();
    if (!session) return;
    await this.keeper.end(session.sessionId, 'logged-out');
    const { problem } = await this.send('POST', '/api/auth/logout', {
      as: session.refreshToken === undefined ? 'none' : { token: session.refreshToken },
    });
    if (problem && problem.status !== 401) throw problem; // 401: it was over already
  }

  /** "Is it still you?", for what answers `reauth_required`. */
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

  // --- What people forget ---------------------------------------------------------------------------------------------

  readonly passwordReset = {
    /** Mails a code and a link, where the address has an account; the answer does not say. */
    sendCode: (body: Schemas['SendResetCodeRequest'], options?: CallOptions) =>
      this.open<Schemas['CodeSentResponse']>('/api/auth/password-reset/send-code', body, options),
    confirmCode: (body: Schemas['ConfirmCodeRequest'], options?: CallOptions) =>
      this.open<Schemas['ResetTokenResponse']>('/api/auth/password-reset/confirm-code', body, options),
    confirmLink: (body: Schemas['ResetLinkRequest'], options?: CallOptions) =>
      this.open<Schemas['ResetTokenByLinkResponse']>('/api/auth/password-reset/confirm-link', body, options),
    /** Ends all sessions, and logs nobody in. */
    complete: ({ resetToken, newPassword }: { resetToken: string; newPassword: string }, options?: CallOptions) =>
      this.request<void>('POST', '/api/auth/password-reset', {
        ...options,
        body: { newPassword },
        as: { token: resetToken },
      }),
  };

  readonly loginId = {
    check: (body: Schemas['CheckLoginIdRequest'], options?: CallOptions) =>
      this.open<Schemas['LoginIdAvailabilityResponse']>('/api/auth/login-id/check', body, options),
    sendCode: (body: Schemas['SendLoginIdCodeRequest'], options?: CallOptions) =>
      this.open<Schemas['CodeSentResponse']>('/api/auth/login-id/send-code', body, options),
    confirmCode: (body: Schemas['ConfirmLoginIdCodeRequest'], options?: CallOptions) =>
      this.open<Schemas['FoundLoginIdResponse']>('/api/auth/login-id/confirm-code', body, options),
  };

  // --- The member -----------------------------------------------------------------------------------------------------

  readonly me = {
    get: (options?: CallOptions) => this.request<Schemas['ProfileResponse']>('GET', '/api/members/me', options),
    update: (body: Schemas['UpdateProfileRequest'], options?: CallOptions) =>
      this.request<Schemas['ProfileResponse']>('PATCH', '/api/members/me', { ...options, body }),
    changePassword: (body: Schemas['ChangePasswordRequest'], options?: CallOptions) =>
      this.request<void>('POST', '/api/members/me/password', { ...options, body }),
    securityEvents: (query: { limit?: number; cursor?: string } = {}, options?: CallOptions) =>
      this.request<Schemas['SecurityActivityResponse']>(
        'GET',
        `/api/members/me/security-events${queryOf(query)}`,
        options,
      ),
    sendEmailCode: (body: Schemas['ChangeEmailRequest'], options?: CallOptions) =>
      this.request<Schemas['CodeSentResponse']>('POST', '/api/members/me/email/send-code', { ...options, body }),
    confirmEmailCode: (body: Schemas['ConfirmCodeRequest'], options?: CallOptions) =>
      this.request<void>('POST', '/api/members/me/email/confirm-code', { ...options, body }),
    /** The account is closed at once; a login within the grace restores it. */
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

  // --- Everything else ------------------------------------------------------------------------------------------------

  /** Any operation of the server: openapi.json names them. @throws ProblemError, NetworkError, SignedOutError */
  async request<T>(method: string, path: string, details: CallDetails = {}): Promise<T> {
    for (let retries = 0; ; retries++) {
      const { body, problem } = await this.send(method, path, details);
      if (!problem) return body as T;
      // Only what changes nothing may be sent twice unasked.
      const wait = method === 'GET' && retries < MOST_RETRIES ? this.waitBeforeRetry(problem) : undefined;
      if (wait === undefined) throw problem;
      await pause(wait * 1000, details.signal);
    }
  }

  /**
   * As `fetch`, for your own services that accept these access tokens: sends one, and once more with a fresh one after a 401.
   * The body must be one that can be sent twice, so no stream.
   */
  async fetch(url: string | URL, init: RequestInit = {}): Promise<Response> {
    const signal = init.signal ?? undefined;
    const send = (token: string): Promise<Response> => {
      const headers = new Headers(init.headers);
      headers.set('authorization', `Bearer ${token}`);
      return (this.options.fetch ?? fetch)(url, { ...init, headers });
    };
    const token = await orAborted(this.keeper.accessToken(), signal);
    const answer = await send(token);
    if (answer.status !== 401) return answer;
    await answer.body?.cancel();
    return send(await orAborted(this.keeper.renewed(token), signal));
  }

  /** One call, and one more where the access token was the only thing wrong with it. */
  private async send(method: string, path: string, details: CallDetails): Promise<HttpAnswer> {
    const { body, signal, as = 'session' } = details;
    const timeoutMs = this.options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
    const once = (token: string | undefined): Promise<HttpAnswer> =>
      this.http.send({ method, path, body, token, signal, timeoutMs });
    if (as === 'none') return once(undefined);
    if (as !== 'session') return once(as.token);
    const token = await orAborted(this.keeper.accessToken(), signal);
    const answer = await once(token);
    if (answer.status !== 401 || !TOKEN_REFUSALS.has(answer.problem?.code ?? '')) return answer;
    return once(await orAborted(this.keeper.renewed(token), signal));
  }

  private open<T>(path: string, body: unknown, options: CallOptions = {}): Promise<T> {
    return this.request<T>('POST', path, { ...options, body, as: 'none' });
  }

  /** For the calls whose answer may be tokens. */
  private async signIn<T extends LoginOutcome>(
    path: string,
    body: object,
    options: CallOptions | undefined,
    device: object = this.device(),
  ): Promise<T> {
    const askedAt = Date.now();
    const outcome = await this.open<T>(path, { ...device, ...body }, options);
    if (outcome.status === 'authenticated') {
      await this.keeper.adopt(outcome, askedAt);
      if (outcome.deviceToken !== undefined) await this.keepDeviceToken(outcome.deviceToken);
    }
    return outcome;
  }

  private device(): object {
    const { deviceName, transport } = this.options;
    return { ...(deviceName !== undefined && { deviceName }), ...(transport !== undefined && { transport }) };
  }

  /** Makes this device a known one, also after logging out. With cookie transport a cookie does. */
  private async deviceToken(): Promise<string | null> {
    try {
      return await this.storage.get(`${this.storageKey}:device`);
    } catch (error) {
      this.listeners.emit('storageFailed', { error });
      return null;
    }
  }

  private async keepDeviceToken(deviceToken: string): Promise<void> {
    try {
      await this.storage.set(`${this.storageKey}:device`, deviceToken);
    } catch (error) {
      this.listeners.emit('storageFailed', { error });
    }
  }

  /** In seconds; undefined where trying again is not asked for, or not soon. */
  private waitBeforeRetry({ status, retryAfter }: ProblemError): number | undefined {
    const longest = this.options.longestRetryAfter ?? DEFAULT_LONGEST_RETRY_AFTER;
    return (status === 429 || status === 503) && retryAfter !== undefined && retryAfter <= longest
      ? retryAfter
      : undefined;
  }
}

/** Browsers may forbid the localStorage of a page, and then throw when it is only looked at. */
function defaultStorage(): TokenStorage {
  try {
    return browserStorage();
  } catch {
    return memoryStorage();
  }
}

function queryOf(values: Record<string, string | number | undefined>): string {
  const pairs = Object.entries(values).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${encodeURIComponent(value)}`],
  );
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`;
}
