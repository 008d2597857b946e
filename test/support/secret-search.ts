import { createReadStream } from 'node:fs';

/**
 * Finds any of many thousand secrets, in any encoding that a log may use, in one pass over a text.
 */
export class SecretSearch {
  /** Patterns by the hash of their first bytes. */
  private readonly byBeginning = new Map<number, Pattern[]>();
  /**
   * One byte per hash value, a quick filter because nearly no position in a text begins a pattern.
   */
  private readonly isBeginning = new Uint8Array(1 << BEGINNING_BITS);
  private longest = 0;
  private readonly added = new Set<string>();

  /** The number of different texts. */
  get size(): number {
    return this.added.size;
  }

  /** @param what names the secret in a finding; undefined texts are ignored */
  add(what: string, secret: string | undefined): void {
    if (secret === undefined || this.added.has(secret)) return;
    this.added.add(secret);
    for (const spelling of spellingsOf(secret)) this.addPattern({ what, ...spelling });
  }

  /** The findings: `what` and a few preceding characters, never the secret itself. */
  findIn(text: Buffer | string): string[] {
    const bytes = Buffer.isBuffer(text) ? text : Buffer.from(text);
    return this.findBetween(Buffer.concat([bytes, BLANK]), 0);
  }

  /** Like {@link findIn}, for a file that may be larger than memory, read in pieces. */
  async findInFile(file: string, pieceBytes = 1 << 24): Promise<{ bytes: number; found: string[] }> {
    const found: string[] = [];
    let bytes = 0;
    // Each piece begins with the last byte of the previous one and ends with enough bytes for a
    // whole pattern.
    let rest = BLANK;
    for await (const chunk of createReadStream(file, { highWaterMark: pieceBytes })) {
      bytes += (chunk as Buffer).length;
      const text = Buffer.concat([rest, chunk as Buffer]);
      const end = text.length - this.longest - 1;
      if (end > 1) found.push(...this.findBetween(text, 1, end));
      rest = text.subarray(Math.max(0, end - 1));
    }
    found.push(...this.findBetween(Buffer.concat([rest, BLANK]), 1));
    return { bytes, found };
  }

  /** The findings of the patterns that begin at the positions `from` to `to`, without `to` itself. */
  private findBetween(bytes: Buffer, from: number, to = bytes.length - BEGINNING_BYTES): string[] {
    const found: string[] = [];
    for (let at = from; at < to; at += 1) {
      const mixed = mixBeginning(bytes, at);
      if (this.isBeginning[mixed] === 0) continue;
      for (const { what, spelling, isWord } of this.byBeginning.get(mixed)!)
        if (bytes.subarray(at, at + spelling.length).equals(spelling))
          if (!isWord || standsAlone(bytes, at, at + spelling.length))
            found.push(`${what}, after "${bytes.toString('utf8', Math.max(0, at - 60), at)}"`);
    }
    return found;
  }

  private addPattern(pattern: Pattern): void {
    const mixed = mixBeginning(pattern.spelling, 0);
    this.isBeginning[mixed] = 1;
    this.byBeginning.set(mixed, [...(this.byBeginning.get(mixed) ?? []), pattern]);
    this.longest = Math.max(this.longest, pattern.spelling.length);
  }
}

const BLANK = Buffer.from(' ');
const BEGINNING_BYTES = 6;
const BEGINNING_BITS = 24;
/**
 * In bytes. Shorter secrets, such as codes, occur inside ids and numbers by chance. They count only
 * where no letter, digit or `_.:-` stands beside them.
 */
const LONG_ENOUGH = 12;

interface Spelling {
  spelling: Buffer;
  isWord: boolean;
}

interface Pattern extends Spelling {
  what: string;
}

/**
 * The text itself, URL-encoded, in hex, and in base64 and base64url at any offset of the encoded
 * data.
 */
function spellingsOf(secret: string): Spelling[] {
  const bytes = Buffer.from(secret);
  const isWord = bytes.length < LONG_ENOUGH;
  const texts = [secret, encodeURIComponent(secret), bytes.toString('hex'), bytes.toString('hex').toUpperCase()];
  for (const form of ['base64', 'base64url'] as const)
    for (const offset of isWord ? [0] : [0, 1, 2]) {
      const encoded = Buffer.concat([Buffer.alloc(offset), bytes])
        .toString(form)
        .replace(/=+$/, '');
      // Without the characters at both ends, which hold bits of the neighbouring bytes.
      const from = Math.ceil((offset * 4) / 3);
      texts.push(encoded.slice(from, Math.floor(((offset + bytes.length) * 4) / 3)));
    }
  return [...new Set(texts)].map((text) => ({ spelling: Buffer.from(text), isWord }));
}

function mixBeginning(bytes: Buffer, at: number): number {
  const low = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
  const high = bytes[at + 4]! | (bytes[at + 5]! << 8);
  return (Math.imul(low, 0x9e3779b1) ^ Math.imul(high, 0x85ebca6b)) >>> (32 - BEGINNING_BITS);
}

function standsAlone(bytes: Buffer, from: number, to: number): boolean {
  const around = String.fromCharCode(bytes[from - 1] ?? 32, bytes[to] ?? 32);
  return !/[\w.:-]/.test(around);
}
