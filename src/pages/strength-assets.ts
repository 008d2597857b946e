import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

/** The words a guesser tries first; the server, which has the last word, knows all of them. */
const WORDS_PER_LIST = 4_000;

/**
 * What the strength meter of the pages runs on: the estimator of the server's own policy, and the top of its word lists,
 * because all of them are megabytes and this is read on phones. So the meter may praise what the server still refuses,
 * never the other way round.
 */
export async function strengthAssets(): Promise<Record<'strength-estimator.js' | 'strength-words.js', string>> {
  const [common, english] = await Promise.all([import('@zxcvbn-ts/language-common'), import('@zxcvbn-ts/language-en')]);
  const lists = Object.entries({ ...common.dictionary, ...english.dictionary }) as [string, readonly string[]][];
  const dictionary = Object.fromEntries(lists.map(([name, words]) => [name, words.slice(0, WORDS_PER_LIST)]));
  return {
    'strength-estimator.js': estimator(),
    'strength-words.js':
      `export const dictionary = ${JSON.stringify(dictionary)};\n` +
      `export const graphs = ${JSON.stringify(common.adjacencyGraphs)};\n`,
  };
}

/** The library's build for browsers hangs itself on `this`; as a module it is given one. */
function estimator(): string {
  const main = createRequire(import.meta.url).resolve('@zxcvbn-ts/core');
  const script = readFileSync(path.join(path.dirname(main), 'zxcvbn-ts.js'), 'utf8');
  const code = script.replace(/^\/\/# sourceMappingURL=.*$/m, '');
  return `const home = {};\n(function () {\n${code}\n}).call(home);\nexport const { ZxcvbnFactory } = home.zxcvbnts.core;\n`;
}
