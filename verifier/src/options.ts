/** How a verifier is set up. */
export interface VerifierOptions {
  /** Address of the server, as in its `PUBLIC_URL`. Its `JWT_ISSUER` must be equal to it, or not set. */
  readonly issuer: string;
  /** One of the server's `ACCESS_TOKEN_AUDIENCE`; by default the issuer. */
  readonly audience?: string | undefined;
  /**
   * API key with the scope `revocations:read`. Without it the verifier receives no revocations: the
   * token of an ended session then works until it expires (the server's `ACCESS_TOKEN_TTL_SECONDS`).
   */
  readonly apiKey?: string | undefined;
  /**
   * Address of this API as its clients see it; proofs of possession name it. Without it, tokens that
   * are bound to a key are refused. The Host header cannot replace it: an attacker could choose a
   * value that matches a proof made for another server.
   */
  readonly apiUrl?: string | undefined;
  /** Seconds without a heartbeat after which revocations count as unknown; by default 15. */
  readonly maxSilenceSeconds?: number | undefined;
  /**
   * While revocations are unknown: `refuse` every request with 503 (default), or `introspect` each
   * token at the server.
   */
  readonly whenSilent?: 'refuse' | 'introspect' | undefined;
  /** Receives warnings for the operator; by default they go to `process.emitWarning`. */
  readonly onWarning?: ((message: string) => void) | undefined;
}

/** Options with their defaults. */
export interface Settings {
  readonly issuer: string;
  readonly audience: string;
  readonly apiKey: string | undefined;
  readonly apiUrl: string | undefined;
  readonly maxSilenceMs: number;
  readonly whenSilent: 'refuse' | 'introspect';
  readonly warn: (message: string) => void;
}

const withoutSlash = (url: string): string => url.replace(/\/$/, '');

/** The longest delay of a JavaScript timer: 31 bits of milliseconds. */
const MAX_TIMER_SECONDS = 2_147_483;

/** @throws TypeError for options that would silently weaken the checks, or break them */
export function settingsOf(options: VerifierOptions): Settings {
  const { issuer, apiKey, apiUrl, maxSilenceSeconds = 15, whenSilent = 'refuse' } = options;
  if (!URL.canParse(issuer)) throw new TypeError('issuer must be the address of the server');
  if (apiUrl !== undefined && !URL.canParse(apiUrl)) throw new TypeError('apiUrl must be an address');
  // With NaN, from a setting that is not a number, revocations would always count as unknown. A longer timer would end at once.
  if (!(maxSilenceSeconds > 0 && maxSilenceSeconds <= MAX_TIMER_SECONDS))
    throw new TypeError(`maxSilenceSeconds must be a positive number up to ${MAX_TIMER_SECONDS}`);
  // From an empty environment variable. The server refuses such a key, so each valid token would get 503.
  if (apiKey === '') throw new TypeError('apiKey is empty');
  return {
    issuer: withoutSlash(issuer),
    audience: options.audience ?? withoutSlash(issuer),
    apiKey,
    apiUrl: apiUrl === undefined ? undefined : withoutSlash(apiUrl),
    maxSilenceMs: maxSilenceSeconds * 1000,
    whenSilent,
    warn: options.onWarning ?? ((message) => process.emitWarning(message, { type: 'MunjigiWarning' })),
  };
}
