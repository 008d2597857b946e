import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { PROJECT_ROOT } from './project.js';

const ENV_FILE = path.join(PROJECT_ROOT, '.env');
const ASSIGNMENT = /^\s*(?:export\s+)?([A-Za-z_]\w*)\s*=\s*(.*)$/;

/** A variable of the file and the line that it begins on. */
export interface EnvVariable {
  readonly value: string;
  readonly line: number;
}

/**
 * Loads `.env` where there is one; variables that are set already win.
 * @returns the line of each variable that came from the file
 * @throws Error as {@link parseEnvFile}
 */
export function loadEnvFile(): ReadonlyMap<string, number> {
  const variables = existsSync(ENV_FILE)
    ? parseEnvFile(readFileSync(ENV_FILE, 'utf8'))
    : new Map<string, EnvVariable>();
  const loaded = [...variables].filter(([name]) => process.env[name] === undefined);
  for (const [name, { value }] of loaded) process.env[name] = value;
  return new Map(loaded.map(([name, { line }]) => [name, line]));
}

/**
 * Reads the file as a shell would, but expands no variables. The reader of Node.js reports no mistake: a
 * line without `=` or with an open quote swallows the next lines, and a `#` inside a password ends it.
 * @throws Error with the number of each line that cannot be read
 */
export function parseEnvFile(text: string): ReadonlyMap<string, EnvVariable> {
  const variables = new Map<string, EnvVariable>();
  const problems: string[] = [];
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  for (let index = 0; index < lines.length; index++) {
    const line = index + 1;
    const [, name, given] = ASSIGNMENT.exec(lines[index]!) ?? [];
    if (/^\s*(#|$)/.test(lines[index]!)) continue;
    if (name === undefined || given === undefined) {
      problems.push(`line ${line}: needs NAME=value, or # before a comment`);
    } else if (/^["'`]/.test(given)) {
      const quoted = quotedValue(given, lines.slice(line));
      if (quoted === null) problems.push(`line ${line}: ${name} begins with a quote that its value does not end with`);
      else variables.set(name, { value: quoted.value, line });
      index += (quoted?.lines ?? 1) - 1;
    } else {
      variables.set(name, { value: given.replace(/(^|\s+)#\s.*$|\s+#.*$/, '').trim(), line });
    }
  }
  if (problems.length > 0)
    throw new Error(`.env cannot be read:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
  return variables;
}

/** A value in quotes, which may take several lines. Null where the quote is not closed properly. */
function quotedValue(text: string, following: string[]): { value: string; lines: number } | null {
  const quote = text[0]!;
  const rest = [text.slice(1), ...following];
  const last = rest.findIndex((line) => line.includes(quote));
  const end = rest[last]?.indexOf(quote) ?? -1;
  // Text behind the closing quote: that quote probably opens the value of a later line.
  if (last === -1 || !/^\s*(#.*)?$/.test(rest[last]!.slice(end + 1))) return null;
  const value = [...rest.slice(0, last), rest[last]!.slice(0, end)].join('\n');
  return { value: quote === '"' ? value.replaceAll('\\n', '\n') : value, lines: last + 1 };
}
