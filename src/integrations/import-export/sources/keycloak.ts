import type { SourceReader } from '../import-row.js';
import { jsonEntries, type JsonObject } from '../json-entries.js';
import { UnreadableValue } from '../unreadable-value.js';
import { booleanOf, fullName, objectOf, objectsOf, statusOf, textOf, timeOfMilliseconds } from './values.js';

/**
 * A realm export (`kc.sh export --users realm_file`), whose `users[].credentials[]` hold two JSON
 * texts each, `secretData` and `credentialData` (Keycloak's UserRepresentation). Service accounts
 * are left out.
 */
export const readKeycloak: SourceReader = (chunks) =>
  jsonEntries(chunks, 'users', (user) => {
    if (textOf(user['serviceAccountClientId']) !== undefined) return null;
    const credentials = objectsOf(user['credentials']);
    return {
      sourceId: textOf(user['id']),
      loginId: textOf(user['username']),
      email: textOf(user['email']),
      emailVerified: booleanOf(user, 'emailVerified') ?? false,
      hash: passwordOf(credentials.find(({ type }) => type === 'password')),
      name: fullName(textOf(user['firstName']), textOf(user['lastName'])),
      status: statusOf(booleanOf(user, 'enabled')),
      createdAt: timeOfMilliseconds(user['createdTimestamp']),
      totp: credentials
        .filter(({ type }) => type === 'otp')
        .map(appOf)
        .find((app) => app !== undefined),
    };
  });

/** The credential as compact JSON, which names algorithm, iterations, salt and value. */
function passwordOf(credential: JsonObject | undefined): string | undefined {
  if (credential === undefined) return undefined;
  // Both have `additionalParameters`; those of the secret are empty.
  return JSON.stringify({ ...nested(credential['secretData']), ...nested(credential['credentialData']) });
}

/** Only apps that work here: by time, 6 digits, 30 seconds, SHA-1. Keycloak stores the raw secret. */
function appOf(credential: JsonObject): string | undefined {
  const { subType, digits, period, algorithm, secretEncoding } = nested(credential['credentialData']);
  const secret = textOf(nested(credential['secretData'])['value']);
  if (subType === undefined || secret === undefined) throw new UnreadableValue('the authenticator app cannot be read');
  const isUsual = subType === 'totp' && digits === 6 && period === 30 && algorithm === 'HmacSHA1';
  if (!isUsual) return undefined;
  return secretEncoding === 'BASE32' ? secret : base32(Buffer.from(secret));
}

function nested(text: unknown): JsonObject {
  return objectOf(typeof text === 'string' ? JSON.parse(text) : text);
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** RFC 4648 section 6, without padding. */
function base32(bytes: Buffer): string {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  return (bits.match(/.{1,5}/g) ?? []).map((five) => ALPHABET[parseInt(five.padEnd(5, '0'), 2)]).join('');
}
