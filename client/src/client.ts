import type { components } from './openapi.js';
import { Binding } from './binding/binding.js';
import { Proofs } from './binding/proofs.js';
import { Caller } from './caller.js';
import { Device } from './device.js';
import { Listeners, type ClientEvents } from './events.js';
import { Http } from './http.js';
import { consentOperations } from './operations/consents.js';
import { memberOperations, sessionOperations, totpOperations } from './operations/member.js';
import { PasskeyLogin } from './operations/passkey-login.js';
import { loadPasskeys, passkeyOperations } from './operations/passkeys.js';
import { loginIdOperations, notMeOperations, passwordResetOperations } from './operations/recovery.js';
import { signUpOperations, type WithoutDevice } from './operations/sign-up.js';
import { socialOperations } from './operations/social.js';
import type { CallDetails, CallOptions, MunjigiOptions } from './options.js';
import { pageAddress, type PageName, type PageOptions } from './pages.js';
import { Ceremonies } from './passkeys/ceremonies.js';
import { PasskeySignals } from './passkeys/signals.js';
import { orAborted } from './pause.js';
import { refreshLock } from './refresh-lock.js';
import { SessionKeeper } from './session-keeper.js';
import { ServiceFetch } from './service-fetch.js';
import { SessionStore } from './session-store.js';
import { SocialJourneys } from './social-journeys.js';
import { browserStorage, memoryStorage, type TokenStorage } from './storage.js';

type Schemas = components['schemas'];

export type LoginOutcome = Schemas['LoginOutcome'];
export type CompletedLogin = Schemas['CompletedLogin'];

const DEFAULT_TIMEOUT_MS = 15_000;

/**
 * A client of one Munjigi server for one member. Create one instance and keep it: its calls share
 * token refreshes.
 */
export class MunjigiClient {
  readonly signUp: ReturnType<typeof signUpOperations>;
  readonly passwordReset: ReturnType<typeof passwordResetOperations>;
  readonly loginId: ReturnType<typeof loginIdOperations>;
  readonly notMe: ReturnType<typeof notMeOperations>;
  readonly me: ReturnType<typeof memberOperations>;
  readonly sessions: ReturnType<typeof sessionOperations>;
  readonly totp: ReturnType<typeof totpOperations>;
  readonly passkeys: ReturnType<typeof passkeyOperations>;

  readonly consents: ReturnType<typeof consentOperations>;
  readonly social: ReturnType<typeof socialOperations>;

  private readonly baseUrl: string;
  private readonly locale: () => string | undefined;
  private readonly services: ServiceFetch;
  private readonly listeners = new Listeners();
  private readonly store: SessionStore;
  private readonly keeper: SessionKeeper;
  private readonly caller: Caller;
  private readonly passkeyLogin: PasskeyLogin;

  constructor(options: MunjigiOptions) {
    const { name = 'session', transport, deviceName, timeoutMs = DEFAULT_TIMEOUT_MS, longestRetryAfter } = options;
    const { locale, storage = defaultStorage(), fetch: ownFetch } = options;
    const usesCookies = transport === 'cookie';
    this.baseUrl = options.baseUrl.replace(/\/+$/, '');
    this.locale = typeof locale === 'function' ? locale : () => locale;
    const fetchWith: typeof fetch = ownFetch ?? ((input, init) => fetch(input, init));

    const storageKey = `munjigi:${name}:${this.baseUrl}`;
    const proofs = new Proofs();
    const { baseUrl } = this;
    const http = new Http({ baseUrl, fetch: fetchWith, locale: this.locale, cookies: usesCookies, proofs });
    const binding = new Binding({ baseUrl, usesCookies, mode: options.binding, signer: options.signer });
    this.store = new SessionStore({ storage, storageKey, usesCookies, listeners: this.listeners });
    const exclusive = this.store.isShared
      ? refreshLock(storageKey)
      : <T>(action: (hadToWait: boolean) => T) => action(false);
    this.keeper = new SessionKeeper({
      ...{ http, store: this.store, storageKey, usesCookies },
      ...{ exclusive, binding, timeoutMs },
    });
    this.services = new ServiceFetch({ keeper: this.keeper, proofs, fetch: fetchWith });
    const device = new Device({ store: this.store, storageKey, deviceName, transport });
    this.caller = new Caller({ http, keeper: this.keeper, device, binding, timeoutMs, longestRetryAfter });

    const ceremonies = new Ceremonies();
    this.on('tokensChanged', () => ceremonies.endAutofill()); // there is no login form any more
    const signals = new PasskeySignals(() => loadPasskeys(this.caller));
    this.passkeyLogin = new PasskeyLogin(this.caller, ceremonies, signals);
    this.signUp = signUpOperations(this.caller);
    this.passwordReset = passwordResetOperations(this.caller);
    this.loginId = loginIdOperations(this.caller);
    this.notMe = notMeOperations(this.caller);
    this.me = memberOperations(this.caller, this.keeper, signals);
    this.sessions = sessionOperations(this.caller);
    this.totp = totpOperations(this.caller);
    this.passkeys = passkeyOperations(this.caller, ceremonies, signals);
    this.consents = consentOperations(this.caller);
    this.social = socialOperations(this.caller, new SocialJourneys(`${storageKey}:social`), () =>
      this.keeper.current(),
    );
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
   * Returns the known session, or undefined. Whether it is still valid shows only after the next
   * call. With cookie transport, if this page has known none, the server is asked whether the cookie
   * holds one, until it has answered. If it cannot be asked, the result is undefined.
   */
  async currentSession(): Promise<{ sessionId: string } | undefined> {
    const session = await this.keeper.current();
    return session && { sessionId: session.sessionId };
  }

  /**
   * Returns a valid access token, for libraries that send it themselves. With `binding: 'full'` it
   * needs the proofs of `fetch()`.
   *
   * @throws SignedOutError if no member is signed in; ProblemError if the refresh is refused, also when
   * it finds that the session has ended; NetworkError, UnexpectedResponseError
   */
  async accessToken({ signal }: CallOptions = {}): Promise<string> {
    return (await orAborted(this.keeper.credentials(), signal)).token;
  }

  /** Stops listening to other tabs. For tests and hot reloading. */
  close(): void {
    this.store.close();
  }

  /** Logs in. The `status` of the outcome is `authenticated`, or names the next step. */
  logIn(body: WithoutDevice<Schemas['LoginRequest']>, options?: CallOptions): Promise<LoginOutcome> {
    return this.caller.post<LoginOutcome>('/api/auth/login', body, options);
  }

  /**
   * Takes the second step after `mfa_required`: a code of the authenticator app, or a recovery code.
   * The `status` of the outcome is `authenticated`, or names the next step: `password_change_required`
   * or `terms_required`.
   */
  logInSecondFactor(body: Schemas['SecondFactorRequest'], options?: CallOptions): Promise<CompletedLogin> {
    return this.caller.post<CompletedLogin>('/api/auth/login/mfa', body, options);
  }

  /** Takes the second step by a passkey. @throws PasskeyError if the browser provides none */
  logInSecondFactorPasskey(body: Schemas['MfaTokenRequest'], options?: CallOptions): Promise<CompletedLogin> {
    return this.passkeyLogin.logInSecondFactor(body, options);
  }

  /** Logs in with a passkey alone; the browser shows which ones it has. @throws PasskeyError */
  logInWithPasskey(options?: CallOptions): Promise<CompletedLogin> {
    return this.passkeyLogin.logIn(options);
  }

  /**
   * Offers passkeys in the autofill of a field with `autocomplete="username webauthn"`, and logs in
   * with the one that the member selects. Call it when the login form appears, and abort `signal`
   * when it disappears.
   *
   * @throws PasskeyError `cancelled` when the member has logged in otherwise, or by a later call
   */
  logInWithPasskeyAutofill(options?: CallOptions): Promise<CompletedLogin> {
    return this.passkeyLogin.logInByAutofill(options);
  }

  /**
   * Signs out on this device at once, even offline. Rejects if the server could not be reached: the
   * session then stays open there. With cookie transport the next start ends it. If the client does not
   * know the session of the cookie yet and cannot reach the server, nothing is signed out.
   */
  logOut(): Promise<void> {
    return this.keeper.logOut();
  }

  /** Checks the password again, for operations that fail with `reauth_required`. */
  reauthenticate(body: Schemas['ReauthenticateRequest'], options?: CallOptions): Promise<void> {
    return this.caller.call<void>('POST', '/api/auth/reauthenticate', body, options);
  }

  /**
   * Calls any operation of the server; see openapi.json. Tokens in the response are used from then
   * on, as after a login.
   *
   * @throws ProblemError, NetworkError, UnexpectedResponseError, SignedOutError
   */
  request<T>(method: string, path: string, details?: CallDetails): Promise<T> {
    // In capitals, because fetch() sends `patch` as it is, and only GET is retried.
    return this.caller.request<T>(method.toUpperCase(), path, details);
  }

  /** Returns the address of a built-in page, in the language of the client unless `lang` is given. */
  pageAddress(page: PageName, options: PageOptions = {}): string {
    return pageAddress(this.baseUrl, page, { lang: this.locale(), ...options });
  }

  /**
   * Like `fetch`, for your own services that accept these access tokens. Sends the access token, and
   * with `binding: 'full'` a proof. After a 401 it repeats the request, once with a new token, so the
   * body must not be a stream.
   */
  fetch(url: string | URL, init: RequestInit = {}): Promise<Response> {
    return this.services.send(url, init);
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
