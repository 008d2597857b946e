import type { ImportRow, SourceReader } from '../import-row.js';
import { csvEntries, type CsvRecord } from '../csv-entries.js';
import { jsonEntries, type JsonObject } from '../json-entries.js';
import { booleanOf, fullName, objectOf, statusOf, textOf } from './values.js';

/** What Django writes before random text in place of a hash (django.contrib.auth.hashers). */
const UNUSABLE = '!';

/** UnsaltedMD5PasswordHasher writes the digest alone. */
const BARE_MD5 = /^[0-9a-f]{32}$/;

/**
 * `manage.py dumpdata auth.user`: an array of `{model, pk, fields}`. Only models named `user` are
 * read, of any app.
 */
export const readDjangoJson: SourceReader = (chunks) =>
  jsonEntries(chunks, null, ({ model, pk, fields }) => {
    const isUser = textOf(model)?.endsWith('.user') === true;
    return isUser ? djangoRow({ ...objectOf(fields), id: pk }) : null;
  });

/** The table `auth_user` as CSV. */
export const readDjangoCsv: SourceReader = (chunks) => csvEntries(chunks, ['username', 'password'], djangoRow);

function djangoRow(user: CsvRecord | JsonObject): ImportRow {
  const password = textOf(user['password']);
  return {
    sourceId: textOf(user['id']),
    loginId: textOf(user['username']),
    email: textOf(user['email']),
    hash: password?.startsWith(UNUSABLE) === true ? undefined : password?.replace(BARE_MD5, 'md5$$$$$&'),
    name: fullName(textOf(user['first_name']), textOf(user['last_name'])),
    status: statusOf(booleanOf(user, 'is_active')),
    createdAt: textOf(user['date_joined']),
  };
}
