import { createReadStream } from 'node:fs';
import { CommandError } from '../../platform/config/command-error.js';

/** In characters. Real accounts have a few thousand. Without a limit, one line could fill the memory. */
export const MAX_ENTRY_LENGTH = 1_000_000;

/**
 * Reads a file as UTF-8 text, and leaves out its byte order mark. Bytes that are no UTF-8 become
 * U+FFFD, so that the entry that holds them is refused and the others are read.
 * @throws CommandError if the file cannot be read, is empty, or has the byte order mark of UTF-16
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
    throw new CommandError(`${path}: cannot be read: ${(error as Error).message}`);
  }
  if (isFirst) throw new CommandError(`${path}: the file is empty.`);
  yield decoder.decode();
}

/**
 * Why an entry is refused for its characters; null if it is not. PostgreSQL stores no NUL in text,
 * which JSON writes as the escape `\u0000`.
 */
export function textProblem(text: string): string | null {
  if (text.includes('\ufffd')) return 'not valid UTF-8, or contains U+FFFD';
  if (text.includes('\0') || text.includes('\\u0000')) return 'contains a NUL character';
  return null;
}

/** A line of a file that is not blank. */
export interface TextLine {
  /** Counts all lines of the file from 1. */
  readonly line: number;
  /** Null if the line is longer than {@link MAX_ENTRY_LENGTH}. */
  readonly text: string | null;
}

/** Yields the lines that are not blank, without white space at their ends. */
export async function* linesOf(chunks: AsyncIterable<string>): AsyncGenerator<TextLine> {
  let pending = '';
  let isTooLong = false;
  let line = 1;
  for await (const chunk of chunks) {
    const parts = (pending + chunk).split('\n');
    pending = parts.pop()!;
    for (const part of parts) {
      const text = isTooLong || part.length > MAX_ENTRY_LENGTH ? null : part.trim();
      if (text !== '') yield { line, text };
      isTooLong = false;
      line += 1;
    }
    if (pending.length > MAX_ENTRY_LENGTH) {
      isTooLong = true;
      pending = '';
    }
  }
  if (isTooLong) yield { line, text: null };
  else if (pending.trim() !== '') yield { line, text: pending.trim() };
}
