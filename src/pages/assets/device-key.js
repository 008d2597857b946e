// @ts-check

/**
 * The key of this browser, which sessions are bound to (RFC 9449). It cannot be extracted. Pages of
 * the same origin that use munjigi-client share it: names and contents of the database are those of
 * client/src/binding.
 */

import { toBase64url } from './base64url.js';

/** The address of the server without a trailing slash is the name of the key. */
const ADDRESS = new URL('..', document.baseURI).href.replace(/\/$/, '');
const DATABASE = 'munjigi';
const STORE = 'keys';
/** Some browsers leave requests to IndexedDB open for ever. */
const TIMEOUT_MS = 3_000;
const ES256 = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };

/** @typedef {{ privateKey: CryptoKey, jwk: JsonWebKey }} DeviceKey */

/**
 * Returns null if there is no key, or if the browser offers no place for one.
 * @returns {Promise<DeviceKey | null>}
 */
export function findKey() {
  return inTime(access('readonly')).catch(() => null);
}

/**
 * Creates the key the first time. Returns null if the browser offers no place for one.
 * @returns {Promise<DeviceKey | null>}
 */
export async function findOrCreateKey() {
  try {
    return (await inTime(access('readonly'))) ?? (await inTime(access('readwrite', await createKey())));
  } catch {
    return null; // such as a private window, or a page without HTTPS
  }
}

/**
 * Proves that this browser has the key, for one request.
 * @param {DeviceKey} key
 * @param {{ method: string, url: URL, nonce: string | undefined, accessToken: string | undefined }}
 * request with the nonce that the server has demanded, and the access token that it is sent with
 */
export async function makeProof({ privateKey, jwk }, { method, url, nonce, accessToken }) {
  const claims = {
    ...{ jti: crypto.randomUUID(), htm: method, htu: url.origin + url.pathname },
    ...{ iat: Math.floor(Date.now() / 1000), nonce },
    ...(accessToken === undefined ? {} : { ath: toBase64url(await sha256(accessToken)) }),
  };
  const signed = `${encodeJson({ typ: 'dpop+jwt', alg: 'ES256', jwk })}.${encodeJson(claims)}`;
  const signature = await crypto.subtle.sign(ES256, privateKey, new TextEncoder().encode(signed));
  return `${signed}.${toBase64url(new Uint8Array(signature))}`;
}

/** @returns {Promise<DeviceKey>} */
async function createKey() {
  const { privateKey, publicKey } = await crypto.subtle.generateKey(ES256, false, ['sign', 'verify']);
  const { kty, crv, x, y } = await crypto.subtle.exportKey('jwk', publicKey);
  return { privateKey, jwk: /** @type {JsonWebKey} */ ({ kty, crv, x, y }) };
}

/**
 * Reads the key. Adds the given one if there is none, in one transaction, so that tabs which do it
 * at the same time end with the same key.
 * @param {IDBTransactionMode} mode
 * @param {DeviceKey} [created]
 * @returns {Promise<DeviceKey | null>}
 */
async function access(mode, created) {
  const database = await openDatabase();
  try {
    return await new Promise((resolve, reject) => {
      // Strict: a session must not outlive its key when the device loses power.
      const transaction = database.transaction(STORE, mode, { durability: 'strict' });
      const keys = transaction.objectStore(STORE);
      const reading = keys.get(ADDRESS);
      reading.onsuccess = () => {
        if (reading.result === undefined && created) keys.put(created, ADDRESS);
      };
      transaction.oncomplete = () => resolve(reading.result ?? created ?? null);
      transaction.onabort = () => reject(transaction.error);
    });
  } finally {
    database.close();
  }
}

/** @returns {Promise<IDBDatabase>} */
function openDatabase() {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open(DATABASE, 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore(STORE);
    opening.onsuccess = () => resolve(opening.result);
    opening.onerror = () => reject(opening.error);
    opening.onblocked = () => reject(new Error('blocked'));
  });
}

/**
 * @template T
 * @param {Promise<T>} promise
 * @returns {Promise<T>}
 */
function inTime(promise) {
  return Promise.race([
    promise,
    /** @type {Promise<never>} */ (new Promise((_, reject) => setTimeout(reject, TIMEOUT_MS, new Error('late')))),
  ]);
}

/** @param {string} text */
const sha256 = async (text) => new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)));

/** @param {object} value */
const encodeJson = (value) => toBase64url(new TextEncoder().encode(JSON.stringify(value)));
