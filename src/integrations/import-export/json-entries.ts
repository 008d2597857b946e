import { MAX_ENTRY_LENGTH, textProblem } from './file-text.js';
import type { ImportRow, ReadEntry } from './import-row.js';
import { UnreadableValue } from './unreadable-value.js';

/** A JSON object of a file. */
export type JsonObject = Record<string, unknown>;

type Convert = (value: JsonObject) => ImportRow | null;

/**
 * Finds the objects of a JSON array: of the array that is the file, or of the one under `key` in
 * the object that is the file. Each object is parsed alone, so a broken one costs no other, and the
 * rest of the file is not kept.
 */
export async function* jsonEntries(
  chunks: AsyncIterable<string>,
  key: string | null,
  convert: Convert,
): AsyncGenerator<ReadEntry> {
  const scanner = new ArrayScanner(key);
  for await (const chunk of chunks) {
    for (const { line, text } of scanner.scan(chunk)) {
      const entry = entryOf(line, text, convert);
      if (entry) yield entry;
    }
  }
  const problem = scanner.endProblem();
  if (problem) yield problem;
}

/** Parses the text of one object. @returns null if `convert` leaves it out */
export function entryOf(line: number, text: string | null, convert: Convert): ReadEntry | null {
  if (text === null) return { line, problem: `longer than ${MAX_ENTRY_LENGTH} characters` };
  const problem = textProblem(text);
  if (problem !== null) return { line, problem };
  try {
    const value = JSON.parse(text) as unknown;
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      return { line, problem: 'not a JSON object' };
    const row = convert(value as JsonObject);
    return row && { line, row };
  } catch (error) {
    if (error instanceof UnreadableValue) return { line, problem: error.message };
    // JSON.stringify overflows the stack at a depth that JSON.parse reads.
    return { line, problem: error instanceof RangeError ? 'nested too deep' : 'not valid JSON' };
  }
}

/** Reads text by character and cuts out the objects of one array. */
class ArrayScanner {
  private depth = 0;
  private line = 1;
  private isInString = false;
  private isEscaped = false;
  /** The last string outside objects of the array: the key of an array that begins. */
  private lastString = '';
  /** The depth of the wanted array; 0 before it is found. */
  private arrayDepth = 0;
  private hasEnded = false;
  /** The line of the first character after the value that is the file. */
  private goesOnAt: number | null = null;
  private startLine = 0;
  private object: string | null = null;
  private isTooLong = false;

  constructor(private readonly key: string | null) {}

  *scan(chunk: string): Generator<{ line: number; text: string | null }> {
    let from = 0;
    for (let index = 0; index < chunk.length; index += 1) {
      const char = chunk[index]!;
      if (char === '\n') this.line += 1;
      if (this.isInString) {
        this.scanString(char);
        continue;
      }
      if (this.hasEnded && this.depth === 0 && /\S/.test(char)) this.goesOnAt ??= this.line;
      if (this.isStray(char)) {
        yield { line: this.line, text: 'null' };
        this.skipsStray = true;
      }
      if (char === '"') {
        this.isInString = true;
        this.lastString = '';
      } else if (char === '{' || char === '[') {
        this.depth += 1;
        if (char === '[') this.enterArray();
        else if (this.arrayDepth > 0 && this.depth === this.arrayDepth + 1) {
          this.object = '';
          this.isTooLong = false;
          this.startLine = this.line;
          from = index;
        }
      } else if (char === '}' || char === ']') {
        if (this.object !== null && this.depth === this.arrayDepth + 1) {
          const text = this.object + chunk.slice(from, index + 1);
          yield { line: this.startLine, text: this.isTooLong || text.length > MAX_ENTRY_LENGTH ? null : text };
          this.object = null;
        } else if (this.arrayDepth > 0 && this.depth === this.arrayDepth) {
          this.arrayDepth = 0;
          this.hasEnded = true;
        }
        this.depth -= 1;
      }
      if (char === ',' || char === '\n') this.skipsStray = false;
    }
    if (this.object === null) return;
    this.object += chunk.slice(from);
    if (this.object.length > MAX_ENTRY_LENGTH) {
      this.isTooLong = true;
      this.object = '';
    }
  }

  /** The problem of a file that ends too early, goes on too long or has no array of accounts; null if it is whole. */
  endProblem(): ReadEntry | null {
    if (this.goesOnAt !== null) return { line: this.goesOnAt, problem: 'the file goes on after its JSON value' };
    if (this.hasEnded && this.depth === 0) return null;
    const line = this.object === null ? this.line : this.startLine;
    if (this.arrayDepth > 0 || this.hasEnded) return { line, problem: 'the file ends in the middle of the JSON' };
    const place = this.key === null ? 'no JSON array' : `no JSON array "${this.key}"`;
    return { line: 1, problem: `the file has ${place}` };
  }

  private skipsStray = false;

  /** Whether an entry of the array begins that is no object. */
  private isStray(char: string): boolean {
    return this.arrayDepth > 0 && this.depth === this.arrayDepth && !this.skipsStray && /[^\s,{}\]]/.test(char);
  }

  private scanString(char: string): void {
    if (this.isEscaped) this.isEscaped = false;
    else if (char === '\\') this.isEscaped = true;
    else if (char === '"') this.isInString = false;
    else if (this.object === null && this.lastString.length < 100) this.lastString += char;
  }

  private enterArray(): void {
    if (this.arrayDepth > 0 || this.hasEnded) return;
    const isWanted = this.key === null ? this.depth === 1 : this.depth === 2 && this.lastString === this.key;
    if (isWanted) this.arrayDepth = this.depth;
  }
}
