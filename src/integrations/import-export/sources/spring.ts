import { csvEntries } from '../csv-entries.js';
import type { SourceReader } from '../import-row.js';
import { booleanOf, statusOf, textOf } from './values.js';

/**
 * The table `users` of Spring Security's JDBC schema as CSV: `username`, `password` with the
 * prefix of DelegatingPasswordEncoder such as `{bcrypt}`, and `enabled`. The schema has no address, so
 * the file needs a further column `email`. `id`, `name`, `created_at` and `email_verified` are optional.
 */
export const readSpring: SourceReader = (chunks) =>
  csvEntries(chunks, ['username', 'password', 'enabled', 'email'], (user) => ({
    sourceId: textOf(user['id'] ?? user['username']),
    loginId: textOf(user['username']),
    email: textOf(user['email']),
    emailVerified: booleanOf(user, 'email_verified'),
    // A password in plain text may end with blanks.
    hash: user['password']?.startsWith('{noop}') === true ? user['password'] : textOf(user['password']),
    name: textOf(user['name']),
    status: statusOf(booleanOf(user, 'enabled')),
    createdAt: textOf(user['created_at']),
  }));
