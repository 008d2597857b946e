import { describe, expect, it } from '@jest/globals';
import type { Options, ZxcvbnFactory } from '@zxcvbn-ts/core';
import { SeededRandom } from '../../../test/support/seeded-random.js';
import { howMany } from '../../../test/support/test-length.js';
import { koreanDictionary } from './korean-dictionary.js';
import { KOREAN_NAMES, KOREAN_WORDS, ROMANISED_WORDS } from './korean-words.js';
import { setMergedLists } from './merged-word-lists.js';
import { judgeBy, loadStrengthJudge, ESTIMATOR_OPTIONS } from './strength.js';
import { loadVocabulary } from './vocabulary.js';
import { commonPasswords, loadWordLists } from './word-lists.js';

const OWN_WORDS = ['ada.lovelace', 'zephyrine', 'kestrel', '박서하늬', 'munjigi'];
const LOOK_ALIKES: Record<string, string> = { a: '@', e: '3', i: '1', l: '1', o: '0', s: '$', t: '7', g: '9', b: '8' };
/** Look-alikes of several characters, which move the letters after them to another place. */
const WIDE_LOOK_ALIKES: Record<string, string> = { w: 'vv', u: '|_|', o: '()', d: '|)', n: '//', m: 'nn', h: '|-|' };
/** Characters whose lower case depends on their neighbours or is another letter, and others beyond a to z. */
const ODD = ['ΑΣ', 'ẞ', '\u212a', '😀', '\ud800', '\udc00', '\n', '\0', 'ㄱ', 'é'];
const ENDINGS = ['1', '123', '1234', '!', '2024', '99', '1004', '7942', '@', '12!', '_01', '1990-05-17'];
const SEQUENCES = [
  'one',
  'two',
  'three',
  'monday',
  'tuesday',
  'january',
  'february',
  'spring',
  'summer',
  'red',
  'orange',
];
const KEYBOARD = ['qwerty', 'asdfgh', 'zxcvbn', '1qaz2wsx', 'qwer1234', '147258', 'poiuy', 'abcdef', '987654', 'aaaa'];
const CHARACTERS = [...'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!@#$%^&*()-_=+[]{};:,.<>/?|~ '];

/** Passwords of all kinds that people choose, and random ones. */
async function makePasswords(random: SeededRandom): Promise<() => string> {
  const { lists } = await loadWordLists();
  const [common, english] = [lists['passwords-common'], lists['commonWords-en']] as string[][];
  const word = () => random.pick(english!);
  const times = (count: number, make: () => string) => Array.from({ length: count }, make);
  const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);
  const undo = (text: string, lookAlikes = LOOK_ALIKES) =>
    [...text].map((c) => (random.below(2) ? (lookAlikes[c] ?? c) : c)).join('');
  const backwards = (text: string) => [...text].reverse().join('');
  const typed = koreanDictionary().koreanWords;
  const base = () => random.pick([() => random.pick(common!), word, () => random.pick(ROMANISED_WORDS)])();
  const kinds = [
    () => random.pick(common!),
    () => base() + random.pick(ENDINGS),
    () => capital(base()) + random.pick(ENDINGS),
    () => undo(base()) + random.pick(ENDINGS),
    () => undo(capital(base()) + word()),
    () => undo(base() + word(), WIDE_LOOK_ALIKES),
    () => undo(undo(base() + word(), WIDE_LOOK_ALIKES)),
    () => undo(backwards(base())) + undo(random.pick(OWN_WORDS)),
    () => random.pick(ODD) + undo(word()) + random.pick(ODD) + backwards(word()).toUpperCase(),
    () => backwards(base()) + random.pick(ENDINGS),
    () => times(2 + random.below(3), word).join(random.pick(['', ' ', '-', '.'])),
    () => times(2 + random.below(3), () => random.pick(SEQUENCES)).join(random.pick(['', ' ', '_'])),
    () => times(2, () => capital(random.pick(SEQUENCES))).join('') + random.pick(ENDINGS),
    () => random.pick(KEYBOARD) + random.pick(ENDINGS),
    () => random.pick(KEYBOARD) + random.pick(KEYBOARD) + random.pick(['', word()]),
    () => base().repeat(2) + random.pick(ENDINGS),
    () => random.pick(OWN_WORDS) + random.pick(ENDINGS) + random.pick(['', word()]),
    () => times(8 + random.below(13), () => random.pick(CHARACTERS)).join(''),
    () => times(7, () => random.pick(CHARACTERS.slice(0, 26))).join('') + ` ${word()} ${random.below(100)}`,
    () => random.pick(KOREAN_WORDS) + random.pick(ENDINGS),
    () => random.pick(KOREAN_NAMES) + random.pick(ENDINGS),
    () => random.pick(typed) + random.pick(ENDINGS),
    () => random.pick(KOREAN_WORDS) + random.pick(KOREAN_NAMES) + random.pick(['', word()]),
    () => random.pick(typed) + word(),
  ];
  let turn = 0;
  return () => kinds[turn++ % kinds.length]!();
}

/** The words that an estimator finds in a password, by place and kind, with the best rank of each. */
function findWords(zxcvbn: ZxcvbnFactory, password: string): Record<string, number> {
  const { matching, options } = zxcvbn as unknown as {
    matching: { match(password: string, own: unknown): Record<string, any>[] };
    options: Options;
  };
  const found: Record<string, number> = {};
  for (const match of matching.match(password, options.getUserInputsOptions(OWN_WORDS))) {
    // The library takes names such as `constructor`, which all objects have, for words without a rank.
    if (match.pattern !== 'dictionary' || typeof match.rank !== 'number') continue;
    if (match.reversed && match.i === match.j) continue; // the search without reversal finds it already
    const place = [match.i, match.j, match.matchedWord, match.reversed, match.subDisplay].join(' ');
    found[place] = Math.min(match.rank, found[place] ?? Infinity);
  }
  return found;
}

describe('the merged word lists', () => {
  const core = import('@zxcvbn-ts/core');
  const lists = loadWordLists();

  /** The library with its own lists. */
  async function makeLibrary(): Promise<ZxcvbnFactory> {
    const { lists: dictionary, graphs } = await lists;
    return new (await core).ZxcvbnFactory({ ...ESTIMATOR_OPTIONS, graphs, dictionary: dictionary as never });
  }

  it('PW-01 judge every password as the library does with its own lists', async () => {
    const common = new Set(commonPasswords((await lists).lists));
    const ofLibrary = judgeBy(await makeLibrary(), (text) => common.has(text));
    const merged = await loadStrengthJudge();
    const random = new SeededRandom();
    const next = await makePasswords(random);
    const scores = new Set<number>();
    for (let count = howMany({ short: 100, long: 10_000 }); count > 0; count -= 1) {
      const password = next();
      const expected = ofLibrary(password, OWN_WORDS);
      scores.add(expected.score);
      expect([random.seed, password, merged(password, OWN_WORDS)]).toEqual([random.seed, password, expected]);
    }
    // Otherwise equal verdicts would mean little.
    expect([...scores].sort()).toEqual([0, 1, 2, 3, 4]);
  });

  it('PW-01 find the words that the library finds, also where the score would hide a difference', async () => {
    const library = await makeLibrary();
    const merged = new (await core).ZxcvbnFactory({ ...ESTIMATOR_OPTIONS, graphs: (await lists).graphs });
    setMergedLists(merged, await loadVocabulary());
    const random = new SeededRandom();
    const next = await makePasswords(random);
    for (let count = howMany({ short: 100, long: 10_000 }); count > 0; count -= 1) {
      const password = next();
      const found = findWords(merged, password);
      expect([random.seed, password, found]).toEqual([random.seed, password, findWords(library, password)]);
    }
  });
});
