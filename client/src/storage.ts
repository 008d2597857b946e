/**
 * Stores tokens between starts of the app: in a Keychain, a Keystore or a file. Methods may be slow
 * and may fail.
 */
export interface TokenStorage {
  get(key: string): Promise<string | null> | string | null;
  set(key: string, value: string): Promise<void> | void;
  remove(key: string): Promise<void> | void;
  /** Whether other tabs of the browser read the same values. */
  readonly isShared?: boolean;
}

/** Keeps values until the page is closed or the process ends. */
export function memoryStorage(): TokenStorage {
  const values = new Map<string, string>();
  return {
    get: (key) => values.get(key) ?? null,
    set: (key, value) => void values.set(key, value),
    remove: (key) => void values.delete(key),
  };
}

/** The part of `localStorage` and `sessionStorage` that is used here. */
export interface WebStorage {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

/**
 * Survives reloads and is shared by the tabs of an origin. Scripts of the page can read it; with
 * cookie transport it does not hold the refresh token.
 *
 * @param storage `localStorage`, or another storage that all tabs of the origin share. Not
 * `sessionStorage`: the client expects that every tab finds the session in the storage.
 */
export function browserStorage(storage: WebStorage = getLocalStorage()): TokenStorage {
  return {
    isShared: true,
    get: (key) => storage.getItem(key),
    set: (key, value) => storage.setItem(key, value),
    remove: (key) => {
      try {
        // A browser ignores the removal of a value that another tab has just written and that this
        // tab does not see yet. This tab therefore writes a value first, and then removes its own.
        storage.setItem(key, '');
      } finally {
        storage.removeItem(key);
      }
    },
  };
}

function getLocalStorage(): WebStorage {
  const { document, localStorage } = globalThis as { document?: unknown; localStorage?: WebStorage };
  // Newer versions of Node.js have a localStorage, too, but no tabs that share it.
  if (document === undefined || !localStorage)
    throw new TypeError('There is no localStorage here: pass your own storage.');
  return localStorage;
}
