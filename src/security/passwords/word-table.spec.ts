import { describe, expect, it } from '@jest/globals';
import { EMPTY_HASH, hashWith, WordTable } from './word-table.js';

const WORDS = ['a', 'ab', 'abc', 'dragon', '박서', '__proto__', 'constructor'];

function find(table: WordTable, text: string, from = 0, to = text.length): number | undefined {
  const hash = [...text.slice(from, to)].reduce((value, letter) => hashWith(value, letter.charCodeAt(0)), EMPTY_HASH);
  return table.find(hash, text, from, to);
}

describe('a table of words', () => {
  const table = new WordTable({ words: WORDS.join('\n'), ranks: WORDS.map((_, index) => index + 1) });

  it('knows the rank of each word, wherever the word stands in a text', () => {
    expect(WORDS.map((word) => find(table, word))).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(find(table, 'my dragon27', 3, 9)).toBe(4);
    expect(table.longest).toBe(11);
    expect(WORDS.map((word) => table.has(word))).not.toContain(false);
  });

  it.each(['', 'b', 'drago', 'dragons', 'Dragon', 'valueof', 'tostring', 'a\nab'])('does not know %j', (word) => {
    expect(find(table, word)).toBeUndefined();
    expect(table.has(word)).toBe(false);
  });

  it('compares the letters and not only the hash', () => {
    expect(table.find(EMPTY_HASH, 'dragon', 0, 6)).toBeUndefined();
    const hash = hashWith(EMPTY_HASH, 'a'.charCodeAt(0));
    expect(table.find(hash, 'a', 0, 1)).toBe(1);
    expect(table.find(hash, 'b', 0, 1)).toBeUndefined();
  });

  it('holds no word if it was given none', () =>
    expect(find(new WordTable({ words: '', ranks: [] }), 'a')).toBeUndefined());
});
