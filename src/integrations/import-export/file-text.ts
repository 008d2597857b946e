import { createReadStream } from 'node:fs';
import { CommandError } from '../../platform/config/command-error.js';

/** The longest entry. Real accounts have a few kilobytes; without a limit, one line fills the memory. */
export const MAX_ENTRY = 1_000_000;

/**
 * Reads a file as UTF-8 text, without a byte order mark. Bytes that are no UTF-8 become U+FFFD, so
 * that the entry that holds them is refused and the others are read.
 * @throws CommandError if the file cannot be read or has another encoding
 */
export async function* readText(path: string, onBytes: (count: number) => void): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8');
  let isFirst = true;
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: 1 << 18 }) as AsyncIterable<Buffer>) {
      if (isFirst && chunk.length > 1 && (chunk.readUInt16BE(0) === 0xfffe || chunk.readUInt16BE(0) === 0xfeff))
        throw new CommandError(`${path}: the file is UTF-16. Save it as UTF-8.`);
      isFirst = false;
      onBytes(chunk.length);
      yield decoder.decode(chunk, { stream: true });
    }
  } catch (error) {
    if (error instanceof CommandError) throw error;
    throw new CommandError(`${path}: cannot be read: ${(error as Error).message}`, false);
  }
  if (isFirst) throw new CommandError(`${path}: the file is empty.`);
  yield decoder.decode();
}

/** Why text cannot be stored; null if it can. PostgreSQL stores no NUL in text. */
export function textProblem(text: string): string | null {
  if (text.includes('\ufffd')) return 'not valid UTF-8';
  if (text.includes('\0') || text.includes('\\u0000')) return 'contains a NUL character';
  return null;
}

/** One line of a file, or part of a line that is too long. */
export interface TextLine {
  readonly line: number;
  /** Null if the line is longer than {@link MAX_ENTRY}. */
  readonly text: string | null;
}

/** Splits text into lines that are not empty. */
export async function* linesOf(chunks: AsyncIterable<string>): AsyncGenerator<TextLine> {
  let pending = '';
  let isTooLong = false;
  let line = 1;
  for await (const chunk of chunks) {
    const parts = (pending + chunk).split('\n');
    pending = parts.pop()!;
    for (const part of parts) {
      const text = isTooLong || part.length > MAX_ENTRY ? null : part.trim();
      if (text !== '') yield { line, text };
      isTooLong = false;
      line += 1;
    }
    if (pending.length > MAX_ENTRY) {
      isTooLong = true;
      pending = '';
    }
  }
  if (isTooLong) yield { line, text: null };
  else if (pending.trim() !== '') yield { line, text: pending.trim() };
}
