/** The parts of IndexedDB that are used here. */
interface DbRequest<T> {
  readonly result: T;
  readonly error: Error | null;
  onsuccess: (() => void) | null;
  onerror: (() => void) | null;
}

interface OpenRequest extends DbRequest<Database> {
  onupgradeneeded: (() => void) | null;
  onblocked: (() => void) | null;
}

interface Database {
  createObjectStore(name: string): void;
  transaction(store: string, mode: 'readonly' | 'readwrite', options: { durability: 'strict' }): Transaction;
  close(): void;
}

interface Transaction {
  readonly error: Error | null;
  oncomplete: (() => void) | null;
  onabort: (() => void) | null;
  objectStore(name: string): ObjectStore;
}

interface ObjectStore {
  get(key: string): DbRequest<unknown>;
  put(value: unknown, key: string): DbRequest<unknown>;
}

/** Also named in src/pages/assets/device-key.js of the server: pages of one origin share the key. */
const DATABASE = 'munjigi';
const STORE = 'keys';

export interface DbFactory {
  open(name: string, version: number): OpenRequest;
}

/** Returns undefined where there is none. Browsers that block storage throw on any access. */
export function findIndexedDb(): DbFactory | undefined {
  try {
    return (globalThis as { indexedDB?: DbFactory }).indexedDB;
  } catch {
    return undefined;
  }
}

/** Returns the value with this name, or undefined. */
export function readKey(factory: DbFactory, name: string): Promise<unknown> {
  return inTransaction(factory, 'readonly', (store, hold) => {
    const request = store.get(name);
    request.onsuccess = () => hold(request.result);
  });
}

/** Stores a value unless there is one with this name. Returns the one that is stored then. */
export function addKey(factory: DbFactory, name: string, value: object): Promise<unknown> {
  // One transaction, so that tabs which do this at the same time end with the same key.
  return inTransaction(factory, 'readwrite', (store, hold) => {
    const request = store.get(name);
    request.onsuccess = () => {
      hold(request.result ?? value);
      if (request.result === undefined) store.put(value, name);
    };
  });
}

async function inTransaction(
  factory: DbFactory,
  mode: 'readonly' | 'readwrite',
  action: (store: ObjectStore, hold: (value: unknown) => void) => void,
): Promise<unknown> {
  const database = await open(factory);
  try {
    return await new Promise((resolve, reject) => {
      let held: unknown;
      // Strict: a session must not outlive its key when the device loses power.
      const transaction = database.transaction(STORE, mode, { durability: 'strict' });
      transaction.oncomplete = () => resolve(held);
      transaction.onabort = () => reject(transaction.error ?? new Error('The key database failed.'));
      action(transaction.objectStore(STORE), (value) => (held = value));
    });
  } finally {
    database.close();
  }
}

function open(factory: DbFactory): Promise<Database> {
  return new Promise((resolve, reject) => {
    const request = factory.open(DATABASE, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE);
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error('The key database failed.'));
    request.onblocked = () => reject(new Error('The key database is blocked.'));
  });
}
