import { csvEntries } from '../csv-entries.js';
import { linesOf } from '../file-text.js';
import type { ImportRow, SourceReader } from '../import-row.js';
import { entryOf, jsonEntries, type JsonObject } from '../json-entries.js';
import { booleanOf, fullName, statusOf, textOf, timeOf, timeOfMilliseconds } from './values.js';

/*
 * Services that other companies host. Their files differ in little but names.
 */

/**
 * Auth0's bulk export: a JSON object on each line. Hashes come only from Auth0's support, as
 * `passwordHash` (bcrypt).
 */
export const readAuth0: SourceReader = async function* (chunks) {
  for await (const { line, text } of linesOf(chunks)) {
    const entry = entryOf(line, text, auth0Row);
    if (entry) yield entry;
  }
};

function auth0Row(user: JsonObject): ImportRow {
  return {
    // Beside the hashes, `_id` is an object; such accounts are known by login ID or address.
    sourceId: textOf(user['user_id']) ?? (typeof user['_id'] === 'object' ? undefined : textOf(user['_id'])),
    loginId: textOf(user['username']),
    email: textOf(user['email']),
    emailVerified: booleanOf(user, 'email_verified') ?? false,
    hash: textOf(user['passwordHash']) ?? textOf(user['password_hash']),
    name: textOf(user['name']),
    status: statusOf(booleanOf(user, 'blocked') !== true),
    createdAt: textOf(user['created_at']),
  };
}

/** `firebase auth:export users.json`: the array `users`; times are milliseconds. */
export const readFirebase: SourceReader = (chunks) =>
  jsonEntries(chunks, 'users', (user) => {
    const [hash, salt] = [textOf(user['passwordHash']), textOf(user['salt'])];
    return {
      sourceId: textOf(user['localId']),
      email: textOf(user['email']),
      emailVerified: booleanOf(user, 'emailVerified') ?? false,
      hash: hash === undefined ? undefined : `firebase-scrypt$${salt ?? ''}$${hash}`,
      name: textOf(user['displayName']),
      status: statusOf(booleanOf(user, 'disabled') !== true),
      createdAt: timeOfMilliseconds(user['createdAt']),
    };
  });

/** Supabase's table `auth.users` as CSV. Deleted users are disabled. */
export const readSupabase: SourceReader = (chunks) =>
  csvEntries(chunks, ['id', 'email', 'encrypted_password'], (user) => {
    const isBanned = user['banned_until'] === 'infinity' || (timeOf(user['banned_until']) ?? 0) >= Date.now();
    return {
      sourceId: textOf(user['id']),
      email: textOf(user['email']),
      emailVerified: timeOf(user['email_confirmed_at']) !== undefined, // `confirmed_at` may be that of a phone
      hash: textOf(user['encrypted_password']),
      status: statusOf(!isBanned && timeOf(user['deleted_at']) === undefined),
      createdAt: textOf(user['created_at']),
    };
  });

/**
 * A CSV of a Cognito user pool, with the columns of its import template. Cognito gives no hashes
 * away.
 */
export const readCognito: SourceReader = (chunks) =>
  csvEntries(chunks, ['cognito:username', 'email'], (user) => ({
    sourceId: textOf(user['sub']) ?? textOf(user['cognito:username']),
    loginId: loginIdOf(textOf(user['cognito:username'])),
    email: textOf(user['email']),
    emailVerified: booleanOf(user, 'email_verified') ?? false,
    name: textOf(user['name']) ?? fullName(textOf(user['given_name']), textOf(user['family_name'])),
    status: statusOf(booleanOf(user, 'enabled')),
    createdAt: textOf(user['created_at']),
  }));

/** Pools that log in by address give each user a UUID as name, which no person types. */
function loginIdOf(username: string | undefined): string | undefined {
  return username === undefined || /^[0-9a-f-]{36}$/.test(username) || username.includes('@') ? undefined : username;
}
