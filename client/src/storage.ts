/** Where tokens are kept between starts of the app: a Keychain, a Keystore, a file. Methods may be slow and may fail. */
export interface TokenStorage {
  get(key: string): Promise<string | null> | string | null;
  set(key: string, value: string): Promise<void> | void;
  remove(key: string): Promise<void> | void;
  /** Whether other tabs of this browser see the same values. */
  readonly isShared?: boolean;
}

/** Forgets everything with the page or process. */
export function memoryStorage(): TokenStorage {
  const values = new Map<string, string>();
  return {
    get: (key) => values.get(key) ?? null,
    set: (key, value) => void values.set(key, value),
    remove: (key) => void values.delete(key),
  };
}

/** `localStorage`, as far as it is needed. */
interface WebStorage {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

/** Survives reloads and is shared by the tabs of an origin. Scripts of the page can read it; cookie transport keeps the refresh token from them. */
export function browserStorage(storage: WebStorage = localStorageOf()): TokenStorage {
  return {
    isShared: true,
    get: (key) => storage.getItem(key),
    set: (key, value) => storage.setItem(key, value),
    remove: (key) => storage.removeItem(key),
  };
}

function localStorageOf(): WebStorage {
  const { document, localStorage } = globalThis as { document?: unknown; localStorage?: WebStorage };
  // Newer versions of Node.js have a localStorage too, which no tabs share.
  if (document === undefined || !localStorage)
    throw new TypeError('There is no localStorage here: pass a storage of your own.');
  return localStorage;
}
