import { randomToken } from '../../platform/crypto/random.js';

/** Begins every API key, so that secret scanners and this server recognise one (AK-02). */
const PREFIX = 'mjk_';
/** The id in hexadecimal digits, then 256 random bits as base64url. */
const API_KEY = /^mjk_([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})_([\w-]{43})$/;

/** The two parts of a key: where to find it, and the secret that proves it. */
export interface ApiKeyParts {
  readonly id: string;
  readonly secret: string;
}

/** Whether a bearer token claims to be an API key. */
export const isApiKeyText = (token: string): boolean => token.startsWith(PREFIX);

/** Returns null for text that no server has issued. */
export function parseApiKey(token: string): ApiKeyParts | null {
  const parts = API_KEY.exec(token)?.slice(1);
  return parts ? { id: parts.slice(0, 5).join('-'), secret: parts[5]! } : null;
}

/** Creates a key with a new secret for this id. */
export function makeApiKey(id: string): { readonly key: string; readonly secret: string } {
  const secret = randomToken();
  return { key: `${PREFIX}${id.replaceAll('-', '')}_${secret}`, secret };
}
