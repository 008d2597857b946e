import path from 'node:path';

/** The folder of this clone; the commands work from wherever they are called. */
export const PROJECT_ROOT = path.resolve(import.meta.dirname, '..');

/** What the clone keeps between runs, out of Git: database, mails, secrets made for development. */
export const DATA_DIRECTORY = path.join(PROJECT_ROOT, '.data');

/** Pages that `npm run docs` makes and Git ignores: build artefacts, not documentation to edit. From the root of the project. */
export const GENERATED_DOCS = 'build/docs';
