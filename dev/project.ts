import path from 'node:path';

/** The folder of this clone, so that the commands work from any working directory. */
export const PROJECT_ROOT = path.resolve(import.meta.dirname, '..');

/** Data that the clone keeps between runs, outside Git: database, mails, development secrets. */
export const DATA_DIRECTORY = path.join(PROJECT_ROOT, '.data');

/**
 * Pages that `npm run docs` makes and Git ignores: build artefacts, not documentation to edit. From
 * the root of the project.
 */
export const GENERATED_DOCS = 'build/docs';
