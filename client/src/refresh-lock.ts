/** Other tabs hold the lock at most this long before they are taken to be frozen. Then the server's grace must do. */
const PATIENCE_MS = 15_000;

/** The Web Locks API, as far as it is needed. */
interface LockManager {
  request<T>(
    name: string,
    options: { ifAvailable?: boolean; signal?: AbortSignal },
    action: (lock: unknown) => Promise<T>,
  ): Promise<T>;
}

/** `hadToWait`: another tab was at it, and has probably done what is wanted. */
export type Exclusive = <T>(action: (hadToWait: boolean) => Promise<T>) => Promise<T>;

/** Lets one tab at a time through where the browser has Web Locks; elsewhere lets everybody through. */
export function refreshLock(name: string): Exclusive {
  const locks = (globalThis as { navigator?: { locks?: LockManager } }).navigator?.locks;
  if (!locks) return (action) => action(false);
  return async (action) => {
    const busy = Symbol();
    const first = await locks.request(name, { ifAvailable: true }, async (lock) =>
      lock === null ? busy : action(false),
    );
    if (first !== busy) return first;
    const patience = new AbortController();
    const timer = setTimeout(() => patience.abort(), PATIENCE_MS);
    let isIn = false;
    try {
      return await locks.request(name, { signal: patience.signal }, async () => {
        isIn = true;
        clearTimeout(timer);
        return action(true);
      });
    } catch (error) {
      if (isIn || !patience.signal.aborted) throw error;
      return action(true);
    } finally {
      clearTimeout(timer);
    }
  };
}
