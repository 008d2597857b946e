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

/** The library treats the words of a list with this name as members of a sequence, such as months. */
export const SEQUENCE_WORDS = 'months';

/**
 * Written by the build, because its source lists would take tens of megabytes of memory in each
 * server.
 */
export const VOCABULARY_FILE = new URL('./vocabulary.json', import.meta.url);

export async function loadVocabulary(): Promise<Vocabulary> {
  return readBuilt(VOCABULARY_FILE, async () => (await import('./word-lists.js')).makeVocabulary());
}
