/** Sends messages between the tabs of one origin. */
export interface TabChannel<Message> {
  post(message: Message): void;
  close(): void;
}

interface StorageEventLike {
  readonly key: string | null;
}

interface EventSource {
  addEventListener?(type: 'storage', listener: (event: StorageEventLike) => void): void;
  removeEventListener?(type: 'storage', listener: (event: StorageEventLike) => void): void;
}

/**
 * Opens a BroadcastChannel, or listens for storage events if there is none. Those show only that
 * `storageKey` has changed, so `onHint` is called instead of `onMessage`.
 */
export function openTabChannel<Message>(
  name: string,
  storageKey: string,
  { onMessage, onHint }: { onMessage: (message: Message) => void; onHint: () => void },
): TabChannel<Message> {
  if (typeof BroadcastChannel === 'function') {
    const channel = new BroadcastChannel(name);
    channel.onmessage = (event: { data: unknown }) => onMessage(event.data as Message);
    (channel as { unref?: () => void }).unref?.(); // does not keep a Node.js process alive
    return { post: (message) => channel.postMessage(message), close: () => channel.close() };
  }
  const target = globalThis as EventSource;
  const listener = ({ key }: StorageEventLike): void => {
    if (key === storageKey || key === null) onHint();
  };
  target.addEventListener?.('storage', listener);
  return { post: () => undefined, close: () => target.removeEventListener?.('storage', listener) };
}
