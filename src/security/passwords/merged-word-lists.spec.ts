import { describe, expect, it } from '@jest/globals';
import { SeededRandom } from '../../../test/support/seeded-random.js';
import { howMany } from '../../../test/support/test-length.js';
import { koreanDictionary } from './korean-dictionary.js';
import { KOREAN_NAMES, KOREAN_WORDS, ROMANISED_WORDS } from './korean-words.js';
import { judgeBy, loadStrengthJudge, OPTIONS } from './strength.js';
import { commonPasswords, loadWordLists } from './word-lists.js';

const OWN_WORDS = ['ada.lovelace', 'zephyrine', 'kestrel', '박서하늬', 'munjigi'];
const LOOK_ALIKES: Record<string, string> = { a: '@', e: '3', i: '1', l: '1', o: '0', s: '$', t: '7', g: '9', b: '8' };
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
  const undo = (text: string) => [...text].map((c) => (random.below(2) ? (LOOK_ALIKES[c] ?? c) : c)).join('');
  const backwards = (text: string) => [...text].reverse().join('');
  const typed = koreanDictionary().koreanWords;
  const base = () => random.pick([() => random.pick(common!), word, () => random.pick(ROMANISED_WORDS)])();
  const kinds = [
    () => random.pick(common!),
    () => base() + random.pick(ENDINGS),
    () => capital(base()) + random.pick(ENDINGS),
    () => undo(base()) + random.pick(ENDINGS),
    () => undo(capital(base()) + word()),
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

describe('the merged word lists', () => {
  it('PW-01 judge every password as the library does with its own lists', async () => {
    const [core, { lists, graphs }] = await Promise.all([import('@zxcvbn-ts/core'), loadWordLists()]);
    const common = new Set(commonPasswords(lists));
    const zxcvbn = new core.ZxcvbnFactory({ ...OPTIONS, graphs, dictionary: lists as never });
    const ofLibrary = judgeBy(zxcvbn, (text) => common.has(text));
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
});
