import { hash } from 'node:crypto';

/**
 * More than the SQL texts of the source, which are about 300. Without a limit, a mistake that writes
 * values into SQL would fill every connection with prepared statements.
 */
const MAX_NAMES = 500;

const names = new Map<string, string>();

/**
 * The name under which a connection prepares this statement. The database then parses and plans it
 * once, which costs more than running it. Undefined beyond the limit: the statement then runs unnamed, which is
 * slower but correct.
 */
export function statementName(text: string): string | undefined {
  const known = names.get(text);
  if (known !== undefined || names.size >= MAX_NAMES) return known;
  const name = `s_${hash('sha256', text, 'hex').slice(0, 24)}`;
  names.set(text, name);
  return name;
}
