import type { Listeners, SessionEndReason } from './events.js';
import { pause } from './pause.js';
import { isFresh, isOfSameMember, parseSession, serialiseSession, type Session } from './session.js';
import type { TokenStorage } from './storage.js';
import { openTabChannel, type TabChannel } from './tab-channel.js';

/** How long to wait for the message of another tab that has just released the lock. */
const MESSAGE_WAIT_MS = 150;

type TabMessage =
  | { readonly type: 'session'; readonly session: Session }
  | { readonly type: 'ended'; readonly sessionId: string; readonly reason: SessionEndReason }
  /** The server has found no session in the cookie. */
  | { readonly type: 'no-cookie' };

export interface SessionStoreOptions {
  readonly storage: TokenStorage;
  readonly storageKey: string;
  /** With cookie transport tokens are not written to the storage. */
  readonly usesCookies: boolean;
  readonly listeners: Listeners;
}

/** Holds the current session, in step with the storage and with other tabs. */
export class SessionStore {
  /** Whether this page has known a session, which may have ended. */
  hadSession = false;
  /** Whether this tab or another one has just found that the cookie holds no session. */
  hasNoCookie = false;
  /** When the newest tokens of the current session were requested, in this tab or another one. */
  newestAskedAt = 0;
  /** The session of which this page has last held an access token: it shows what belongs to its member. */
  shown: Session | undefined;
  /** Settles when the storage has been read for the first time. */
  readonly loaded: Promise<void>;
  private session: Session | undefined;
  private readonly channel: TabChannel<TabMessage> | undefined;
  /** Resolves {@link waitForMessage}. */
  private onMessageArrived: () => void = () => undefined;
  /** Ids of ended sessions. An outdated storage must not bring one back. */
  private readonly ended = new Set<string>();
  /**
   * Whether the storage held the current session. Only then does an empty storage mean that another
   * tab has logged out.
   */
  private isStored = false;

  constructor(private readonly options: SessionStoreOptions) {
    this.channel = this.isShared
      ? openTabChannel<TabMessage>(options.storageKey, options.storageKey, {
          onMessage: (message) => this.handleMessage(message),
          onHint: () => void this.read(),
        })
      : undefined;
    this.loaded = this.read(true);
  }

  get current(): Session | undefined {
    return this.session;
  }

  /** Whether other tabs share the session. */
  get isShared(): boolean {
    return this.options.storage.isShared === true;
  }

  /**
   * Makes the session of a refresh the current one. The cookie may hold that of another member, who has
   * logged in on another page.
   */
  async renew(session: Session): Promise<void> {
    this.leaveOther(session);
    await this.set(session);
  }

  /** Makes a session the current one, also for other tabs. */
  async set(session: Session): Promise<void> {
    this.hold(session);
    const { storage, storageKey, usesCookies } = this.options;
    this.isStored = await this.tryStorage(() => storage.set(storageKey, serialiseSession(session, !usesCookies)));
    // After the write, so that a tab that ends the session at once finds it in the storage.
    this.channel?.post({ type: 'session', session });
    this.options.listeners.emit('tokensChanged', { sessionId: session.sessionId });
  }

  /**
   * Removes the session and notifies listeners and other tabs. Does nothing if it was removed
   * already.
   */
  async end(sessionId: string, reason: SessionEndReason): Promise<void> {
    if (!this.forget(sessionId)) return;
    this.channel?.post({ type: 'ended', sessionId, reason });
    await this.tryStorage(() => this.removeStored(sessionId));
    this.options.listeners.emit('sessionEnded', { sessionId, reason, inThisTab: true });
  }

  /** Removes the session from the storage, unless another tab has stored a later one there. */
  private async removeStored(sessionId: string): Promise<void> {
    const { storage, storageKey } = this.options;
    const stored = parseSession(await storage.get(storageKey));
    if (stored === undefined || stored.sessionId === sessionId) await storage.remove(storageKey);
  }

  /** Records, also for other tabs, that the cookie holds no session. */
  noteNoCookie(): void {
    this.hasNoCookie = true;
    this.channel?.post({ type: 'no-cookie' });
  }

  /** Reads the storage, which another tab may have changed. */
  async read(isFirst = false): Promise<void> {
    const text = await this.readValue(this.options.storageKey);
    if (text === undefined) return;
    const stored = parseSession(text);
    if (stored) {
      this.adoptNewer(stored, !isFirst);
      this.isStored = this.session?.sessionId === stored.sessionId;
    } else if (this.session && this.isStored && this.isShared) {
      this.handleEnd(this.session.sessionId, 'logged-out');
    }
  }

  /** Waits briefly for a message of another tab. */
  async waitForMessage(): Promise<void> {
    const message = new Promise<void>((resolve) => (this.onMessageArrived = resolve));
    await Promise.race([message, pause(MESSAGE_WAIT_MS)]);
  }

  /** Reads another value. Undefined if the storage failed, null if there is none. */
  async readValue(key: string): Promise<string | null | undefined> {
    let value: string | null | undefined;
    await this.tryStorage(async () => (value = await this.options.storage.get(key)));
    return value;
  }

  /** Writes another value, or removes it. */
  async writeValue(key: string, value: string | null): Promise<void> {
    const { storage } = this.options;
    await this.tryStorage(() => (value === null ? storage.remove(key) : storage.set(key, value)));
  }

  close(): void {
    this.channel?.close();
  }

  private hold(session: Session): void {
    this.session = session;
    if (session.accessToken !== undefined) this.shown = session;
    this.newestAskedAt = session.askedAt;
    this.hadSession = true;
  }

  /** Reports the end of the session that this page shows, if the new one belongs to another member. */
  private leaveOther(session: Session): void {
    const { shown } = this;
    if (session.accessToken === undefined || shown === undefined || isOfSameMember(shown, session)) return;
    this.forget(shown.sessionId);
    this.options.listeners.emit('sessionEnded', { sessionId: shown.sessionId, reason: 'logged-out', inThisTab: false });
  }

  private handleMessage(message: TabMessage): void {
    if (message.type === 'session') this.adoptNewer(message.session);
    else if (message.type === 'ended') this.handleEnd(message.sessionId, message.reason);
    else if (message.type === 'no-cookie') this.hasNoCookie = true; // a newer version may send others
    this.onMessageArrived();
  }

  /**
   * Uses the tokens of another tab if they are newer. They may come from the storage or from the
   * channel, in any order.
   */
  private adoptNewer(session: Session, isNew = true): void {
    const known = this.session;
    if (this.ended.has(session.sessionId)) return;
    if (known && session.askedAt < known.askedAt) return;
    if (known && session.askedAt === known.askedAt && known.accessToken !== undefined) return;
    // With cookie transport the storage holds the session without its tokens. A tab keeps its own while
    // they are fresh: else two tabs would refresh in turns, each after the refresh of the other.
    if (known?.sessionId === session.sessionId && session.accessToken === undefined && isFresh(known)) {
      this.newestAskedAt = session.askedAt;
      return;
    }
    this.leaveOther(session);
    this.hold(session);
    if (isNew && session.accessToken !== undefined)
      this.options.listeners.emit('tokensChanged', { sessionId: session.sessionId });
  }

  private handleEnd(sessionId: string, reason: SessionEndReason): void {
    if (this.forget(sessionId)) this.options.listeners.emit('sessionEnded', { sessionId, reason, inThisTab: false });
  }

  /**
   * Drops the session. Returns false if it is no longer the current one, so that its end is reported
   * only once.
   */
  private forget(sessionId: string): boolean {
    this.ended.add(sessionId);
    if (this.shown?.sessionId === sessionId) this.shown = undefined;
    if (this.session?.sessionId !== sessionId) return false;
    this.session = undefined;
    this.isStored = false;
    return true;
  }

  private async tryStorage(action: () => unknown): Promise<boolean> {
    try {
      await action();
      return true;
    } catch (error) {
      this.options.listeners.emit('storageFailed', { error });
      return false;
    }
  }
}
