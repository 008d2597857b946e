/** Why a session has ended. */
export type SessionEndReason =
  /** The member logged out, in this tab or another one, or another member logged in there. */
  | 'logged-out'
  /** Unused for too long, or its maximum lifetime is over. */
  | 'expired'
  /**
   * Ended by the server: on another device, by a new password, by an administrator, for risk, or
   * because there were too many sessions. Also if the server's database was replaced.
   */
  | 'ended'
  /**
   * A refresh token was used twice, so it may be stolen. The server has notified the member by
   * mail.
   */
  | 'reused'
  /** The server does not accept the token: its keys were replaced, or the cookie is gone. */
  | 'invalid'
  /** This device has lost the key of the session, for example because its browser data was cleared. */
  | 'key-lost';

export interface ClientEvents {
  /** New tokens: after a login, and after each refresh in any tab. */
  tokensChanged: { readonly sessionId: string };
  /**
   * Emitted once in each tab that used the session. A login in this tab that replaces the session emits
   * only `tokensChanged`.
   */
  sessionEnded: { readonly sessionId: string; readonly reason: SessionEndReason; readonly inThisTab: boolean };
  /** The storage failed: new tokens are only in memory, and old ones may still be in the storage. */
  storageFailed: { readonly error: unknown };
}

type Listener<Name extends keyof ClientEvents> = (event: ClientEvents[Name]) => void;

/** The listeners of a client. An error in one listener does not affect the others. */
export class Listeners {
  private readonly byName = new Map<keyof ClientEvents, Set<(event: never) => void>>();

  /** Adds a listener. @returns a function that removes it */
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
        // Rethrown asynchronously, so that it reaches the app's handler for uncaught errors.
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }
}
