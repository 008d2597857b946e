import { Readable } from 'node:stream';
import { parse, type CsvError } from 'csv-parse';
import { CommandError } from '../../platform/config/command-error.js';
import { MAX_ENTRY_LENGTH, textProblem } from './file-text.js';
import type { ImportRow, ReadEntry } from './import-row.js';
import { UnreadableValue } from './unreadable-value.js';

/** The cells of a line by the names of their columns. */
export type CsvRecord = Readonly<Record<string, string>>;

/** How databases write an absent value into a CSV. */
const ABSENT = ['NULL', 'null', String.raw`\N`];

interface ParsedRecord {
  readonly record: string[];
  readonly info: { readonly lines: number };
}

/**
 * Reads a CSV file (RFC 4180) whose first line names the columns.
 * @param required columns that the header must have
 * @throws CommandError if the file has no header, if the header lacks a required column or has a
 * column twice, or if an entry is too long
 */
export async function* csvEntries(
  chunks: AsyncIterable<string>,
  required: readonly string[],
  convert: (record: CsvRecord) => ImportRow,
): AsyncGenerator<ReadEntry> {
  const skipped: ReadEntry[] = [];
  let lastLine = 0;
  const records = parse({
    bom: true,
    info: true,
    relax_column_count: true,
    skip_empty_lines: true,
    skip_records_with_error: true,
    max_record_size: MAX_ENTRY_LENGTH,
    record_delimiter: ['\r\n', '\n', '\r'],
    on_skip: (error: CsvError | undefined) => {
      // The parser finds no entry after one that is too long.
      if (error?.code === 'CSV_MAX_RECORD_SIZE') records.destroy(tooLong(Number(error['lines'] ?? 1)));
      const line = Number(error?.['lines'] ?? 1);
      skipped.push({ line, problem: csvProblem(error, lastLine + 1, line) });
      lastLine = line;
      return undefined;
    },
    on_record: (record, { lines }) => {
      lastLine = lines;
      return record;
    },
  });
  const input = Readable.from(chunks);
  // `pipe` forwards no errors. Without this line, the loop below would wait for ever if the file cannot be read.
  input.on('error', (error) => records.destroy(error));
  input.pipe(records);
  let header: string[] | null = null;
  for await (const { record, info } of records as AsyncIterable<ParsedRecord>) {
    yield* skipped.splice(0);
    if (header === null) {
      header = checkHeader(record, required);
      continue;
    }
    const line = info.lines;
    const problem =
      record.length === header.length
        ? textProblem(record.join(''))
        : `${record.length} cells, but the header has ${header.length} columns`;
    yield problem === null ? entryOf(line, header, record, convert) : { line, problem };
  }
  yield* skipped;
  if (header === null && skipped.length === 0) throw new CommandError('The file has no header line.');
}

function entryOf(
  line: number,
  header: readonly string[],
  record: readonly string[],
  convert: (record: CsvRecord) => ImportRow,
): ReadEntry {
  const cells = record.map((cell) => (ABSENT.includes(cell.trim()) ? '' : cell));
  try {
    return { line, row: convert(Object.fromEntries(cells.map((cell, index) => [header[index]!, cell]))) };
  } catch (error) {
    if (error instanceof UnreadableValue) return { line, problem: error.message };
    throw error;
  }
}

function checkHeader(record: readonly string[], required: readonly string[]): string[] {
  const names = record.map((name) => name.trim());
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new CommandError(`The header has the column "${twice}" twice.`);
  const missing = required.filter((name) => !names.includes(name));
  if (missing.length > 0) throw new CommandError(`The header has no column ${missing.join(', ')}.`);
  return names;
}

function tooLong(line: number): CommandError {
  return new CommandError(
    `An entry before line ${line} is longer than ${MAX_ENTRY_LENGTH} characters, perhaps for a quote that is not closed.`,
  );
}

/** @param first the line after the previous entry: a misplaced quote may join several entries to one */
function csvProblem(error: CsvError | undefined, first: number, last: number): string {
  const problem = quoteProblem(error);
  return first < last ? `${problem}; lines ${first} to ${last} were not read` : problem;
}

function quoteProblem(error: CsvError | undefined): string {
  if (error?.code === 'CSV_QUOTE_NOT_CLOSED') return 'a quote is not closed before the file ends';
  return 'quotes inside a cell must be doubled';
}
