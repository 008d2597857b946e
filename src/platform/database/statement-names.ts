import { hash } from 'node:crypto';

/**
 * Far more than the source contains. Without a limit, a mistake that writes values into SQL would
 * fill every connection with statements.
 */
const MAX_NAMES = 500;

const names = new Map<string, string>();

/**
 * The name under which a connection prepares this statement. Parsing and planning cost the database
 * more than running it. Undefined beyond the limit: the statement then runs unnamed, which is
 * slower but correct.
 */
export function statementName(text: string): string | undefined {
  const known = names.get(text);
  if (known !== undefined || names.size >= MAX_NAMES) return known;
  const name = `s_${hash('sha256', text, 'hex').slice(0, 24)}`;
  names.set(text, name);
  return name;
}
