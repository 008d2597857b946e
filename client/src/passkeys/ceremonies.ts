import { NetworkError, PasskeyError, ProblemError, UnexpectedResponseError } from '../errors.js';
import { pause, throwIfAborted } from '../pause.js';
import { creationOptions, requestOptions, toJson } from './json.js';
import { findWebAuthn, type BrowserCredential } from './webauthn.js';

/** Options are asked for again this long before they expire. */
const RENEWAL_MARGIN_SECONDS = 15;
/** The pause after new options could not be loaded, as by a laptop that has just woken up. */
const RENEWAL_PAUSE_MS = 10_000;

type Credential = Record<string, unknown>;

/** What the server sends for a ceremony. */
export interface CeremonyOptions {
  readonly publicKey: unknown;
  /** Seconds. */
  readonly expiresIn: number;
}

/**
 * Runs the browser's part of creating and using passkeys. A browser runs one ceremony at a time, so
 * a dialog interrupts the passkeys offered by autofill, which continue after it.
 */
export class Ceremonies {
  private dialog: Promise<unknown> = Promise.resolve();
  /** The latest request for autofill; an earlier one ends. */
  private autofill: { interrupt: () => void } | undefined;

  /** Creates a passkey. @throws PasskeyError, or the reason of `signal` */
  create({ publicKey }: CeremonyOptions, signal?: AbortSignal): Promise<Credential> {
    return this.runDialog(() => runCeremony('create', publicKey, signal));
  }

  /** Uses a passkey. @throws PasskeyError, or the reason of `signal` */
  use({ publicKey }: CeremonyOptions, signal?: AbortSignal): Promise<Credential> {
    return this.runDialog(() => runCeremony('get', publicKey, signal));
  }

  /**
   * Offers passkeys in the autofill of a form and resolves when the member has chosen one. Asks for
   * new options before the old ones expire, because a form may stay open for hours. If that fails for a
   * passing reason, tries again.
   *
   * @throws PasskeyError, the reason of `signal`, or the error of `requestOptions`
   */
  async useByAutofill(requestOptions: () => Promise<CeremonyOptions>, signal?: AbortSignal): Promise<Credential> {
    this.endAutofill();
    const mine = { interrupt: (): void => undefined };
    this.autofill = mine;
    let wasOffered = false;
    for (;;) {
      await this.dialog;
      throwIfAborted(signal); // an abort before now does not call the listener below
      if (this.autofill !== mine) throw new PasskeyError('cancelled');
      const round = new AbortController();
      const interrupt = (): void => round.abort();
      mine.interrupt = interrupt;
      signal?.addEventListener('abort', interrupt);
      let timer: ReturnType<typeof setTimeout> | undefined;
      try {
        const { publicKey, expiresIn } = await requestOptions();
        timer = setTimeout(interrupt, Math.max(1, expiresIn - RENEWAL_MARGIN_SECONDS) * 1000);
        wasOffered = true;
        return await runCeremony('get', publicKey, round.signal, 'conditional');
      } catch (error) {
        throwIfAborted(signal);
        if (round.signal.aborted) continue;
        if (!wasOffered || !isPassing(error)) throw error;
        await pause(RENEWAL_PAUSE_MS, round.signal).catch(() => throwIfAborted(signal));
      } finally {
        clearTimeout(timer);
        signal?.removeEventListener('abort', interrupt);
      }
    }
  }

  /** Ends the offer by autofill, which then rejects as cancelled. */
  endAutofill(): void {
    const ended = this.autofill;
    this.autofill = undefined;
    ended?.interrupt();
  }

  private runDialog(run: () => Promise<Credential>): Promise<Credential> {
    // After an earlier dialog: a second click waits.
    const result = this.dialog.then(() => {
      this.autofill?.interrupt();
      return run();
    });
    this.dialog = result.catch(() => undefined);
    return result;
  }
}

function isPassing(error: unknown): boolean {
  if (error instanceof ProblemError) return error.status === 429 || error.status >= 500;
  return error instanceof NetworkError || error instanceof UnexpectedResponseError;
}

async function runCeremony(
  kind: 'create' | 'get',
  publicKey: unknown,
  signal: AbortSignal | undefined,
  mediation?: 'conditional',
): Promise<Credential> {
  throwIfAborted(signal);
  const webAuthn = findWebAuthn();
  if (!webAuthn) throw new PasskeyError('unsupported');
  let credential: BrowserCredential | null;
  try {
    credential = await webAuthn.container[kind]({
      publicKey: kind === 'create' ? creationOptions(publicKey) : requestOptions(publicKey),
      ...(mediation && { mediation }),
      ...(signal && { signal }),
    });
  } catch (cause) {
    throwIfAborted(signal);
    throw new PasskeyError(reasonOf(cause), { cause });
  }
  if (!credential) throw new PasskeyError('cancelled');
  return toJson(credential);
}

/** By the specification, NotAllowedError does not distinguish a refusal from a timeout. */
function reasonOf(error: unknown): PasskeyError['reason'] {
  const name = (error as { name?: unknown } | null)?.name;
  if (name === 'NotAllowedError' || name === 'AbortError') return 'cancelled';
  if (name === 'NotSupportedError') return 'unsupported';
  return name === 'InvalidStateError' ? 'already_registered' : 'refused';
}
