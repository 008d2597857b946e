import path from 'node:path';

/** The folder of this clone, so that the commands work from any working directory. */
export const PROJECT_ROOT = path.resolve(import.meta.dirname, '..');

/** Data that the clone keeps between runs, outside Git: database, mails, development secrets. */
export const DATA_DIRECTORY = path.join(PROJECT_ROOT, '.data');

/**
 * The folder of the pages that `npm run docs` makes, as a path from the root of the project. Git ignores
 * it: the pages are build artefacts, not documentation to edit.
 */
export const GENERATED_DOCS = 'build/docs';
