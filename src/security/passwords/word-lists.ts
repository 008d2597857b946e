import type { Options } from '@zxcvbn-ts/core';
import { koreanDictionary } from './korean-dictionary.js';
import { SEQUENCE_WORDS, type Vocabulary } from './vocabulary.js';
import type { RankedWords } from './word-table.js';

/** Word lists by name. The place of a word in its list is its rank. */
export type WordLists = Readonly<Record<string, readonly (string | number)[]>>;

/** Loading all lists takes tens of megabytes and a few hundred milliseconds. */
export async function loadWordLists() {
  const [common, english] = await Promise.all([import('@zxcvbn-ts/language-common'), import('@zxcvbn-ts/language-en')]);
  const lists: WordLists = { ...common.dictionary, ...english.dictionary, ...koreanDictionary() };
  return { lists, graphs: common.adjacencyGraphs };
}

/**
 * Merges all lists into three tables. The library looks up every part of a password in every list,
 * also reversed and with look-alikes replaced, and uses the best rank of a word. Three tables with
 * the best ranks give the same estimate in a fraction of the time (ADR 0058).
 */
export async function makeVocabulary(): Promise<Vocabulary> {
  const [{ lists, graphs }, core] = await Promise.all([loadWordLists(), import('@zxcvbn-ts/core')]);
  const options = new core.Options();
  const groups: Record<string, Map<string, number>> = {};
  for (const [name, words] of Object.entries(lists)) {
    const merged = (groups[groupOf(name, options)] ??= new Map());
    for (const [word, rank] of rankByWord(words)) merged.set(word, Math.min(rank, merged.get(word) ?? Infinity));
  }
  const tables = Object.fromEntries(Object.entries(groups).map(([name, ranks]) => [name, rankedWords(ranks)]));
  const common = new Map(commonPasswords(lists).map((word) => [word, 1]));
  return { graphs, tables, common: rankedWords(common) };
}

export function commonPasswords(lists: WordLists): string[] {
  const blocked = Object.entries(lists).filter(([name]) => name === 'passwords-common' || name.startsWith('korean'));
  return blocked.flatMap(([, words]) => words.map(String));
}

/** The group of a list. An estimate distinguishes three: Korean words, words in a sequence, and all others. */
function groupOf(list: string, options: Options): string {
  if (list.startsWith('korean')) return 'korean';
  return options.isWordSequence(list) ? SEQUENCE_WORDS : 'words';
}

/** Ranks words as the library does: from 1. A word that occurs twice has the rank of its last place. */
function rankByWord(words: readonly (string | number)[]): Map<string, number> {
  return new Map(words.map((word, index) => [String(word), index + 1]));
}

function rankedWords(ranks: ReadonlyMap<string, number>): RankedWords {
  return { words: [...ranks.keys()].join('\n'), ranks: [...ranks.values()] };
}
