import { readFile } from 'node:fs/promises';
import type { Options } from '@zxcvbn-ts/core';
import type { RankedWords } from './word-table.js';

/** What the strength of a password is judged by. */
export interface Vocabulary {
  /** Which keys lie side by side, by keyboard. */
  readonly graphs: Options['graphs'];
  readonly tables: Readonly<Record<string, RankedWords>>;
  /** Passwords that attackers try first. */
  readonly common: RankedWords;
}

/** A name that the library recognises as that of words in a sequence, such as months. */
export const SEQUENCE_WORDS = 'months';

/**
 * Written by the build, because the lists that it is made from would take tens of megabytes of each
 * server.
 */
export const VOCABULARY_FILE = new URL('./vocabulary.json', import.meta.url);

/** Where no build has written the vocabulary, as in unit tests, it is made from the lists. */
export async function loadVocabulary(): Promise<Vocabulary> {
  const text = await readFile(VOCABULARY_FILE, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (text !== undefined) return JSON.parse(text) as Vocabulary;
  return (await import('./word-lists.js')).makeVocabulary();
}
