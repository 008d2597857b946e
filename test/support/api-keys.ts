import { randomUUID } from 'node:crypto';
import { digest } from '../../src/platform/crypto/digest.js';
import { makeApiKey } from '../../src/security/api-keys/api-key-text.js';
import type { ApiKeyScope } from '../../src/platform/http/principal.js';
import type { TestApp } from './test-app.js';

/** An API key and its row. */
export interface GivenApiKey {
  id: string;
  key: string;
}

/** Makes an API key directly in the database. */
export async function givenApiKey(
  app: TestApp,
  scopes: readonly ApiKeyScope[],
  { addresses = [], expiresAt = null }: { addresses?: string[]; expiresAt?: Date | null } = {},
): Promise<GivenApiKey> {
  const id = randomUUID();
  const { key, secret } = makeApiKey(id);
  await app.sql.query(
    `INSERT INTO api_keys (id, name, scopes, digest, addresses, expires_at) VALUES ($1, 'test', $2, $3, $4, $5)`,
    [id, scopes, digest(secret), addresses, expiresAt],
  );
  return { id, key };
}
