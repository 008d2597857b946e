import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { PROJECT_ROOT } from './project.js';

const ENV_FILE = path.join(PROJECT_ROOT, '.env');
const ASSIGNMENT = /^\s*(?:export\s+)?([A-Za-z_]\w*)\s*=\s*(.*)$/;

/** A `.env` file that would be read otherwise than it looks. The message names the lines. */
export class EnvFileError extends Error {}

/**
 * Loads `.env` where there is one; variables that are set already win.
 * @returns the line of each variable that came from the file
 * @throws EnvFileError
 */
export function loadEnvFile(): ReadonlyMap<string, number> {
  if (!existsSync(ENV_FILE)) return new Map();
  const lines = checkEnvFile(readFileSync(ENV_FILE, 'utf8'));
  const given = new Set(Object.keys(process.env));
  process.loadEnvFile(ENV_FILE);
  return new Map([...lines].filter(([name]) => !given.has(name)));
}

/**
 * Checks each line. Node.js skips what it cannot read in silence, and a line without `=` or with an
 * open quote swallows the next ones.
 * @returns the line number of each variable
 * @throws EnvFileError
 */
export function checkEnvFile(text: string): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  const problems: string[] = [];
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index]!;
    if (/^\s*(#|$)/.test(line)) continue;
    const [, name, value] = ASSIGNMENT.exec(line) ?? [];
    if (name === undefined || value === undefined) {
      problems.push(`line ${index + 1}: needs NAME=value, or # before a comment`);
      continue;
    }
    const length = linesOfValue(value, lines.slice(index + 1));
    if (length === undefined) {
      problems.push(`line ${index + 1}: ${name} begins with a quote that its value does not end with`);
      continue;
    }
    found.set(name, index + 1);
    index += length - 1;
  }
  if (problems.length > 0)
    throw new EnvFileError(`.env cannot be read:\n${problems.map((line) => `  ${line}`).join('\n')}`);
  return found;
}

/** How many lines a value takes: more than one inside quotes. Undefined where the quote is not closed properly. */
function linesOfValue(value: string, following: string[]): number | undefined {
  const quote = /^["'`]/.exec(value)?.[0];
  if (quote === undefined) return 1;
  const rest = [value.slice(1), ...following];
  const last = rest.findIndex((line) => line.includes(quote));
  // What follows the closing quote would be dropped: the quote was probably the one of the next value.
  if (last === -1 || !/^\s*(#.*)?$/.test(rest[last]!.slice(rest[last]!.indexOf(quote) + 1))) return undefined;
  return last + 1;
}
