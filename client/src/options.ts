import type { BindingMode } from './binding/binding.js';
import type { Signer } from './binding/signer.js';
import type { TokenStorage } from './storage.js';

export interface MunjigiOptions {
  /** The address of the server, such as `https://accounts.example.com`. */
  baseUrl: string;
  /**
   * `body` (default): the client keeps the refresh token in `storage`. `cookie`, for browsers: the
   * refresh token is in an HttpOnly cookie that scripts cannot read; the server needs the page's
   * origin in CORS_ORIGINS. A session that the built-in pages have opened is found, too.
   */
  transport?: 'body' | 'cookie';
  /**
   * Default: localStorage if it exists, otherwise memory. Mobile apps should pass a storage that
   * uses the Keychain or Keystore.
   */
  storage?: TokenStorage;
  /**
   * Language of messages (`ko` or `en`) and of mails (also those that the operator added). A
   * function is called for each request. Default: the browser's language.
   */
  locale?: string | (() => string | undefined);
  /** Shown in the member's list of sessions. */
  deviceName?: string;
  /**
   * Binds sessions to a key of this device (RFC 9449), so that stolen tokens are worthless without
   * it. `refresh` protects refresh tokens, `full` also access tokens: `fetch()` then proves
   * possession to your services, which must check it. `none` opens sessions without a key. Default:
   * `refresh` if there is a key, except with cookie transport on another origin than the server's,
   * whose pages share the cookie but not the key. Without WebCrypto or IndexedDB, and without a
   * `signer`, sessions are not bound. With a `signer` that fails, a sign-in fails if this is set.
   */
  binding?: BindingMode;
  /** Keeps the key outside browsers. Default: a key in IndexedDB that cannot be extracted. */
  signer?: Signer;
  fetch?: typeof fetch;
  /**
   * Timeout of one request in milliseconds. A call may send several, and may wait for a refresh, which
   * has timeouts of its own. `fetch()` has none: pass a `signal`. Default 15,000.
   */
  timeoutMs?: number;
  /**
   * GET calls are retried after 429 and 503 if the server's Retry-After is at most this many
   * seconds. Default 5; 0 disables retries.
   */
  longestRetryAfter?: number;
  /**
   * Separates the stored tokens of several clients, for an app with several signed-in members. Only
   * with body transport: with cookies, all clients of a server share one session.
   * Default `session`.
   */
  name?: string;
}

export interface CallOptions {
  /** Aborts this call. A token refresh that other calls wait for continues. */
  signal?: AbortSignal;
}

export interface CallDetails extends CallOptions {
  body?: unknown;
  /**
   * `session` sends the access token, `none` no token, and `{ token }` the given token. Default: `none`
   * for operations that may sign in, otherwise `session`.
   */
  as?: 'session' | 'none' | { token: string };
}
