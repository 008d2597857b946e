/** The hash of no letters. */
export const EMPTY_HASH = 0x811c9dc5;

/** @returns the hash of a text with one more letter behind it (FNV-1a) */
export function hashWith(hash: number, letter: number): number {
  return Math.imul(hash ^ letter, 0x01000193);
}

/**
 * Words and their ranks, found by the place of a word in a text. A lookup cuts no word out: as keys
 * of an object, the parts of one password take a millisecond to look up.
 */
export class WordTable {
  /** Letters of the longest word. */
  readonly longest: number;
  /** The words one behind the other. */
  private readonly letters: string;
  /** By number of the word: where it begins. One more for the end of the last. */
  private readonly starts: Uint32Array;
  private readonly ranks: Uint32Array;
  private readonly hashes: Int32Array;
  /** By hash: the number of a word and 1, or 0. A word whose slot is taken has the next free one. */
  private readonly slots: Uint32Array;

  constructor(ranked: ReadonlyMap<string, number>) {
    const words = [...ranked.keys()];
    this.letters = words.join('');
    this.ranks = Uint32Array.from(ranked.values());
    this.starts = new Uint32Array(words.length + 1);
    this.hashes = new Int32Array(words.length);
    // At most half full, so that a search soon ends at a free slot.
    this.slots = new Uint32Array(2 ** Math.ceil(Math.log2(2 * words.length + 2)));
    this.longest = words.reduce((longest, { length }) => Math.max(longest, length), 0);
    for (const [number, word] of words.entries()) this.add(number, word);
  }

  private add(number: number, word: string): void {
    let hash = EMPTY_HASH;
    for (let at = 0; at < word.length; at += 1) hash = hashWith(hash, word.charCodeAt(at));
    this.hashes[number] = hash;
    this.starts[number + 1] = this.starts[number]! + word.length;
    let slot = this.slotOf(hash);
    while (this.slots[slot] !== 0) slot = this.slotOf(slot + 1);
    this.slots[slot] = number + 1;
  }

  /**
   * @param hash of the letters of `text` from `from` to before `to`
   * @returns the rank of these letters as a word; undefined where they are none
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
    if (this.starts[number + 1]! - start !== to - from) return false;
    for (let at = from; at < to; at += 1)
      if (this.letters.charCodeAt(start + at - from) !== text.charCodeAt(at)) return false;
    return true;
  }
}
