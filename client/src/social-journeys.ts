import { SocialLoginError } from './errors.js';
import type { WebStorage } from './storage.js';

/** A journey to a provider that has begun and is not over. */
export interface SocialJourney {
  readonly provider: string;
  /** A secret of this client. */
  readonly requestId: string;
  /** Returned by the provider, so that an answer finds its journey. */
  readonly state: string;
  /** The session in which the journey began; absent if no member was signed in. */
  readonly sessionId?: string;
  /** Whether the provider was asked to authenticate the person again. */
  readonly reauthenticates?: boolean;
}

/** The answer of a provider, as the server wants it. */
export interface SocialAnswer {
  readonly requestId: string;
  readonly code: string;
  readonly state: string;
  readonly iss?: string;
}

const ANSWER_FIELDS = [
  ...['code', 'state', 'iss', 'error', 'error_description', 'error_uri', 'session_state'],
  ...['scope', 'authuser', 'hd', 'prompt'], // of Google
];
/** How providers report that the person cancelled: RFC 6749 section 4.1.2.1; Apple and LinkedIn use codes of their own. */
const CANCELLED: ReadonlySet<string> = new Set(['access_denied', 'user_cancelled_authorize', 'user_cancelled_login']);

/**
 * Keeps the journey of this tab while its page is at the provider. In sessionStorage, which no
 * other tab reads: a link that an attacker sends finds no journey to complete.
 */
export class SocialJourneys {
  private inMemory: string | null = null;

  constructor(private readonly key: string) {}

  /** A later journey of this tab replaces an earlier one. */
  begin(journey: SocialJourney): void {
    this.inMemory = JSON.stringify(journey);
    const text = this.inMemory;
    this.tryStorage((storage) => storage.setItem(this.key, text));
  }

  /**
   * Returns what the server has to check, for the journey that an address answers. Ends the journey if
   * the provider reports an error; otherwise the caller ends it with {@link forget}.
   *
   * @throws SocialLoginError
   */
  read(address: string): Pick<SocialJourney, 'provider' | 'sessionId'> & { answer: SocialAnswer } {
    const { searchParams } = new URL(address);
    const [code, state, iss, error] = ['code', 'state', 'iss', 'error'].map((name) => searchParams.get(name));
    const journey = this.current();
    // An answer to another journey leaves this one as it is: foreign pages can send some.
    if (!journey || state === null || state !== journey.state) throw new SocialLoginError('unknown_journey');
    if (error != null) {
      this.forget();
      throw new SocialLoginError(CANCELLED.has(error) ? 'cancelled' : 'refused', error);
    }
    if (code == null) throw new SocialLoginError('unknown_journey');
    const { provider, requestId, sessionId } = journey;
    return {
      provider,
      ...(sessionId !== undefined && { sessionId }),
      answer: { requestId, code, state, ...(iss != null && { iss }) },
    };
  }

  /** Whether the journey that an address answers is to confirm a session. */
  reauthenticates(address: string): boolean {
    const journey = this.current();
    return journey?.reauthenticates === true && new URL(address).searchParams.get('state') === journey.state;
  }

  /** Ends the journey of this tab: an answer works once. */
  forget(): void {
    this.inMemory = null;
    this.tryStorage((storage) => storage.removeItem(this.key));
  }

  private current(): SocialJourney | null {
    const text = this.tryStorage((storage) => storage.getItem(this.key)) ?? this.inMemory;
    try {
      return JSON.parse(text ?? 'null') as SocialJourney | null;
    } catch {
      return null; // written by another script
    }
  }

  /** Where the storage is full or blocked, the journey goes on in memory while the page stays open. */
  private tryStorage<T>(use: (storage: WebStorage) => T): T | null {
    try {
      const storage = findSessionStorage();
      return storage === undefined ? null : use(storage);
    } catch {
      return null;
    }
  }
}

/** Whether a provider has sent the person to this address. */
export function isProviderAnswer(address: string): boolean {
  const { searchParams } = new URL(address);
  return searchParams.has('state') && (searchParams.has('code') || searchParams.has('error'));
}

/** Returns the address without the answer, which works once and belongs in no history. */
export function withoutAnswer(address: string): string {
  const url = new URL(address);
  for (const field of ANSWER_FIELDS) url.searchParams.delete(field);
  return url.href;
}

/** Undefined outside browsers: there is no page to leave. */
function findSessionStorage(): WebStorage | undefined {
  const { document, sessionStorage } = globalThis as { document?: unknown; sessionStorage?: WebStorage };
  return document === undefined ? undefined : sessionStorage;
}
