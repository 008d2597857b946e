import { parse as parseStrictly } from 'lossless-json';
import { DomainError } from '../problems/domain-error.js';

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Parses a JSON body. Refuses bytes that are not UTF-8 instead of replacing them. Refuses a field
 * that occurs twice with different values: two parsers could read two different mail addresses from
 * such a body (CVE-2023-7028).
 * @throws DomainError `malformed_json`
 */
export function parseJsonBody(bytes: Buffer): unknown {
  if (bytes.length === 0) return undefined;
  try {
    const text = utf8.decode(bytes);
    const value: unknown = JSON.parse(text);
    // Finds duplicates only; JSON.parse has checked already that the text is well-formed.
    if (!isFreeOfDuplicates(text, value)) parseStrictly(text, null, String);
    return value;
  } catch (cause) {
    throw new DomainError('malformed_json', {
      detail: cause instanceof RangeError ? 'nested too deeply' : (cause as Error).name,
    });
  }
}

/**
 * A quick check, so that few bodies need the strict parser, which is eight times as slow. The name
 * of each field ends with a quote and a colon. If a flat object has as many fields as its text has
 * such pairs, no field occurs twice. A value may contain such a pair as well; the counts then
 * differ, and the strict parser decides.
 */
function isFreeOfDuplicates(text: string, value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return true;
  const values = Object.values(value);
  if (values.some((item) => typeof item === 'object' && item !== null)) return false;
  return (text.match(/"[ \t\n\r]*:/g)?.length ?? 0) === (Array.isArray(value) ? 0 : values.length);
}
