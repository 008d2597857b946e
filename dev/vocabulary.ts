import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { VOCABULARY_FILE } from '../src/security/passwords/vocabulary.js';
import { makeVocabulary } from '../src/security/passwords/word-lists.js';
import { PROJECT_ROOT } from './project.js';

/** Writes the words that passwords are judged by to where the built server reads them. */
export async function writeVocabulary(): Promise<void> {
  const file = path.relative(path.join(PROJECT_ROOT, 'src'), fileURLToPath(VOCABULARY_FILE));
  await writeFile(path.join(PROJECT_ROOT, 'dist', file), JSON.stringify(await makeVocabulary()));
}
