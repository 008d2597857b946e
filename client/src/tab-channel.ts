/** A line between the tabs of one origin. */
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
 * BroadcastChannel where there is one. Without, the browser still tells other tabs that `storageKey` has changed, but
 * not to what: then `onHint` is called.
 */
export function tabChannel<Message>(
  name: string,
  storageKey: string,
  { onMessage, onHint }: { onMessage: (message: Message) => void; onHint: () => void },
): TabChannel<Message> {
  if (typeof BroadcastChannel === 'function') {
    const channel = new BroadcastChannel(name);
    channel.onmessage = (event: { data: unknown }) => onMessage(event.data as Message);
    (channel as { unref?: () => void }).unref?.(); // Node.js: does not keep the process alive
    return { post: (message) => channel.postMessage(message), close: () => channel.close() };
  }
  const page = globalThis as EventSource;
  const listener = ({ key }: StorageEventLike): void => {
    if (key === storageKey || key === null) onHint();
  };
  page.addEventListener?.('storage', listener);
  return { post: () => undefined, close: () => page.removeEventListener?.('storage', listener) };
}
