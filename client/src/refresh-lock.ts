/**
 * A tab that holds the lock for longer than this is assumed to be frozen. The refresh then runs
 * without the lock, and the server's grace period covers a race.
 */
const MAX_WAIT_MS = 15_000;

/** The part of the Web Locks API that is used here. */
interface LockManager {
  request<T>(
    name: string,
    options: { ifAvailable?: boolean; signal?: AbortSignal },
    action: (lock: unknown) => Promise<T>,
  ): Promise<T>;
}

/**
 * Runs an action alone among the tabs. `hadToWait`: another tab held the lock and has probably
 * refreshed already.
 */
export type Exclusive = <T>(action: (hadToWait: boolean) => Promise<T>) => Promise<T>;

/**
 * Lets one tab at a time refresh, if the browser has Web Locks; otherwise the tabs are not
 * coordinated.
 */
export function refreshLock(name: string): Exclusive {
  const locks = (globalThis as { navigator?: { locks?: LockManager } }).navigator?.locks;
  if (!locks) return (action) => action(false);
  return async (action) => {
    const busy = Symbol();
    const first = await locks.request(name, { ifAvailable: true }, async (lock) =>
      lock === null ? busy : action(false),
    );
    if (first !== busy) return first;
    const waiting = new AbortController();
    const timer = setTimeout(() => waiting.abort(), MAX_WAIT_MS);
    let hasLock = false;
    try {
      return await locks.request(name, { signal: waiting.signal }, async () => {
        hasLock = true;
        clearTimeout(timer);
        return action(true);
      });
    } catch (error) {
      if (hasLock || !waiting.signal.aborted) throw error;
      return action(true);
    } finally {
      clearTimeout(timer);
    }
  };
}
