import type { Options } from '@zxcvbn-ts/core';
import { readBuilt } from '../../platform/files/built-file.js';
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

export async function loadVocabulary(): Promise<Vocabulary> {
  return readBuilt(VOCABULARY_FILE, async () => (await import('./word-lists.js')).makeVocabulary());
}
