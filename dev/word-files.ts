import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { STRENGTH_FILE } from '../src/pages/strength-assets.js';
import type * as StrengthBuilder from '../src/pages/strength-builder.js';
import { VOCABULARY_FILE } from '../src/security/passwords/vocabulary.js';
import { makeVocabulary } from '../src/security/passwords/word-lists.js';
import { PROJECT_ROOT } from './project.js';

const OUTPUT = path.join(PROJECT_ROOT, 'dist');

/** The path in dist/ of a file that a source refers to by its URL in src/. */
const inOutput = (url: URL): string =>
  path.join(OUTPUT, path.relative(path.join(PROJECT_ROOT, 'src'), fileURLToPath(url)));

/** Writes the words that passwords are judged by, on the server and in browsers. */
export async function writeWordFiles(): Promise<void> {
  await writeFile(inOutput(VOCABULARY_FILE), JSON.stringify(await makeVocabulary()));
  // Loaded from dist/, because the text of its compiled functions goes to browsers.
  const compiled = pathToFileURL(path.join(OUTPUT, 'pages', 'strength-builder.js')).href;
  const { buildStrengthAssets } = (await import(compiled)) as typeof StrengthBuilder;
  await writeFile(inOutput(STRENGTH_FILE), JSON.stringify(await buildStrengthAssets()));
}
