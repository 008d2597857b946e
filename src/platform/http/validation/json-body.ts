import { DomainError } from '../problems/domain-error.js';

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** A string of well-formed JSON, and the colon if it is the name of a field. */
const STRING = /"[^"\\]*(?:\\.[^"\\]*)*"[ \t\n\r]*:?/g;

/**
 * Parses a JSON body. Refuses bytes that are not UTF-8 instead of replacing them. Refuses a field
 * that occurs twice: two parsers could read two different mail addresses from such a body
 * (CVE-2023-7028).
 * @throws DomainError `malformed_json`
 */
export function parseJsonBody(bytes: Buffer): unknown {
  if (bytes.length === 0) return undefined;
  try {
    const text = utf8.decode(bytes);
    const value: unknown = JSON.parse(text);
    // JSON.parse keeps only the last of the fields with one name, so the value then has fewer.
    if (countFields(value) !== countNames(text)) throw new SyntaxError('a field occurs twice');
    return value;
  } catch (cause) {
    throw new DomainError('malformed_json', {
      detail: cause instanceof RangeError ? 'nested too deeply' : (cause as Error).name,
    });
  }
}

/**
 * The fields of all objects in a value.
 * @throws RangeError if it nests too deeply for the stack
 */
function countFields(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const items: unknown[] = Object.values(value);
  let count = Array.isArray(value) ? 0 : items.length;
  for (const item of items) count += countFields(item);
  return count;
}

/** The names of fields in a text that is well-formed JSON. */
function countNames(text: string): number {
  let count = 0;
  for (const match of text.match(STRING) ?? []) if (match.endsWith(':')) count += 1;
  return count;
}
