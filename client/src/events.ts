/** Why nobody is signed in any more. */
export type SessionEndReason =
  /** Somebody logged out, here or in another tab. */
  | 'logged-out'
  /** Unused for too long, or the longest life is over. */
  | 'expired'
  /** Ended by the member on another device, by a new password, by an administrator. */
  | 'ended'
  /** A refresh token was used twice: somebody else may have it. The server has mailed the member. */
  | 'reused'
  /** The server does not know the token: its keys or database were replaced. */
  | 'invalid';

export interface ClientEvents {
  /** There are new tokens: after a login, and after each refresh in any tab. */
  tokensChanged: { readonly sessionId: string };
  /** Once in each tab, whatever number of calls were under way. */
  sessionEnded: { readonly sessionId: string; readonly reason: SessionEndReason; readonly inThisTab: boolean };
  /** The storage failed; the tokens are in memory only. */
  storageFailed: { readonly error: unknown };
}

type Listener<Name extends keyof ClientEvents> = (event: ClientEvents[Name]) => void;

/** Who wants to know. A listener that throws harms nobody else. */
export class Listeners {
  private readonly byName = new Map<keyof ClientEvents, Set<(event: never) => void>>();

  /** Returns what ends it. */
  on<Name extends keyof ClientEvents>(name: Name, listener: Listener<Name>): () => void {
    const listeners = this.byName.get(name) ?? new Set();
    this.byName.set(name, listeners.add(listener));
    return () => void listeners.delete(listener);
  }

  emit<Name extends keyof ClientEvents>(name: Name, event: ClientEvents[Name]): void {
    for (const listener of [...(this.byName.get(name) ?? [])]) {
      try {
        (listener as Listener<Name>)(event);
      } catch (error) {
        // Shows up where the app looks for what nobody caught.
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }
}
