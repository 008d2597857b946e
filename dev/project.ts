import path from 'node:path';

/** The folder of this clone; the commands work from wherever they are called. */
export const PROJECT_ROOT = path.resolve(import.meta.dirname, '..');

/** What the clone keeps between runs, out of Git: database, mails, secrets made for development. */
export const DATA_DIRECTORY = path.join(PROJECT_ROOT, '.data');
