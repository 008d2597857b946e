import { hash } from 'node:crypto';

/** Many more than there are in the source; whoever builds SQL out of values would otherwise fill every connection with it. */
const MAX_NAMES = 500;

const names = new Map<string, string>();

/**
 * The name under which a connection keeps this statement planned. Parsing and planning it anew each time costs the database
 * more than running it. Undefined once there are too many: such a statement runs unnamed, as correct and slower.
 */
export function statementName(text: string): string | undefined {
  const known = names.get(text);
  if (known !== undefined || names.size >= MAX_NAMES) return known;
  const name = `s_${hash('sha256', text, 'hex').slice(0, 24)}`;
  names.set(text, name);
  return name;
}
