/** The hash of no letters. */
export const EMPTY_HASH = 0x811c9dc5;

const LINE_FEED = 0x0a;

/**
 * Extends the hash of a text by the next letter (FNV-1a).
 * @param hash of the text before that letter
 */
export function hashWith(hash: number, letter: number): number {
  return Math.imul(hash ^ letter, 0x01000193);
}

/** Words and their ranks. */
export interface RankedWords {
  /** One word on each line. */
  readonly words: string;
  /** In the order of the words. */
  readonly ranks: readonly number[];
}

/**
 * Finds the ranks of words by their position in a text. It never copies a part of the text: to look
 * up all parts of one password as keys of an object takes a millisecond.
 */
export class WordTable {
  /** Letters of the longest word. */
  readonly longest: number;
  /** The words, one on each line. */
  private readonly lines: string;
  /** Where the line of each word begins, by number of the word. One more entry for the end. */
  private readonly starts: Uint32Array;
  private readonly ranks: Uint32Array;
  private readonly hashes: Int32Array;
  /** By hash: 1 plus the number of a word, or 0. A word whose slot is taken has the next free one. */
  private readonly slots: Uint32Array;

  constructor({ words, ranks }: RankedWords) {
    const count = ranks.length;
    this.lines = words;
    this.ranks = Uint32Array.from(ranks);
    this.starts = new Uint32Array(count + 1);
    this.hashes = new Int32Array(count);
    // At most half full, so that a search soon ends at a free slot.
    this.slots = new Uint32Array(2 ** Math.ceil(Math.log2(2 * count + 2)));
    this.longest = 0;
    for (let number = 0; number < count; number += 1) this.longest = Math.max(this.longest, this.add(number));
  }

  /** @returns how many letters the word has */
  private add(number: number): number {
    const start = this.starts[number]!;
    let hash = EMPTY_HASH;
    let at = start;
    for (; at < this.lines.length; at += 1) {
      const letter = this.lines.charCodeAt(at);
      if (letter === LINE_FEED) break;
      hash = hashWith(hash, letter);
    }
    this.hashes[number] = hash;
    this.starts[number + 1] = at + 1;
    let slot = this.slotOf(hash);
    while (this.slots[slot] !== 0) slot = this.slotOf(slot + 1);
    this.slots[slot] = number + 1;
    return at - start;
  }

  has(word: string): boolean {
    let hash = EMPTY_HASH;
    for (let at = 0; at < word.length; at += 1) hash = hashWith(hash, word.charCodeAt(at));
    return this.find(hash, word, 0, word.length) !== undefined;
  }

  /**
   * @param hash of the letters of `text` from `from` up to, but not including, `to`
   * @returns the rank of the word that these letters form; undefined if they form none
   */
  find(hash: number, text: string, from: number, to: number): number | undefined {
    for (let slot = this.slotOf(hash); this.slots[slot] !== 0; slot = this.slotOf(slot + 1)) {
      const number = this.slots[slot]! - 1;
      if (this.hashes[number] === hash && this.isWord(number, text, from, to)) return this.ranks[number];
    }
    return undefined;
  }

  private slotOf(hash: number): number {
    return hash & (this.slots.length - 1);
  }

  private isWord(number: number, text: string, from: number, to: number): boolean {
    const start = this.starts[number]!;
    if (this.starts[number + 1]! - 1 - start !== to - from) return false;
    for (let at = from; at < to; at += 1)
      if (this.lines.charCodeAt(start + at - from) !== text.charCodeAt(at)) return false;
    return true;
  }
}
