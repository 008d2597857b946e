import { csvEntries } from '../csv-entries.js';
import type { SourceReader } from '../import-row.js';
import { booleanOf, statusOf, textOf } from './values.js';

/** The fields that a column map can name. */
export const CSV_FIELDS = [
  ...['id', 'loginId', 'email', 'emailVerified', 'hash', 'salt', 'name', 'locale', 'enabled', 'createdAt', 'totp'],
] as const;

/** Reads any CSV file. Columns are named like the fields, unless `--columns email=Mail,hash=pw` gives another name. */
export const readCsv: SourceReader = (chunks, { columns }) => {
  const columnOf = (field: (typeof CSV_FIELDS)[number]) => columns.get(field) ?? field;
  return csvEntries(chunks, [columnOf('email'), ...columns.values()], (user) => {
    const hash = textOf(user[columnOf('hash')]);
    const salt = textOf(user[columnOf('salt')]);
    const cell = (field: (typeof CSV_FIELDS)[number]) => textOf(user[columnOf(field)]);
    return {
      sourceId: cell('id'),
      loginId: cell('loginId'),
      email: cell('email'),
      emailVerified: booleanOf(user, columnOf('emailVerified')),
      hash: hash !== undefined && salt !== undefined ? `${salt}:${hash}` : hash,
      name: cell('name'),
      locale: cell('locale'),
      status: statusOf(booleanOf(user, columnOf('enabled'))),
      createdAt: cell('createdAt'),
      totp: cell('totp'),
    };
  });
};
