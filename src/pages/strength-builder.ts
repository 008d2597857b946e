import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { koreanDictionary } from '../security/passwords/korean-dictionary.js';
import { keysOf, koreanScore } from '../security/passwords/korean-keyboard.js';
import type { StrengthAssets } from './strength-assets.js';

/** The most common words of each list. The server checks against the complete lists. */
const WORDS_PER_LIST = 4_000;

/**
 * The files of the strength meter in the browser: the same estimator as on the server, with only
 * the top of its word lists, because the complete lists are megabytes. So the meter may accept a
 * password that the server refuses, but never the reverse.
 */
export async function buildStrengthAssets(): Promise<StrengthAssets> {
  const [common, english] = await Promise.all([import('@zxcvbn-ts/language-common'), import('@zxcvbn-ts/language-en')]);
  const lists = Object.entries({
    ...common.dictionary,
    ...english.dictionary,
    ...koreanDictionary(),
  }) as [string, readonly string[]][];
  const dictionary = Object.fromEntries(lists.map(([name, words]) => [name, words.slice(0, WORDS_PER_LIST)]));
  return {
    'strength-estimator.js': estimatorModule(),
    'strength-words.js':
      `export const dictionary = ${JSON.stringify(dictionary)};\n` +
      `export const graphs = ${JSON.stringify(common.adjacencyGraphs)};\n` +
      `export const keysOf = ${keysOf.toString()};\n` +
      `export const koreanScore = ${koreanScore.toString()};\n`,
  };
}

/**
 * Wraps the library's browser build as a module: the build adds its exports to `this`, so the
 * wrapper provides one.
 */
function estimatorModule(): string {
  const main = createRequire(import.meta.url).resolve('@zxcvbn-ts/core');
  const script = readFileSync(path.join(path.dirname(main), 'zxcvbn-ts.js'), 'utf8');
  const code = script.replace(/^\/\/# sourceMappingURL=.*$/m, '');
  return `const target = {};\n(function () {\n${code}\n}).call(target);\nexport const { ZxcvbnFactory } = target.zxcvbnts.core;\n`;
}
