import { parse as parseStrictly } from 'lossless-json';
import { DomainError } from '../problems/domain-error.js';

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Reads a JSON body. Bytes that are not UTF-8 are refused instead of being replaced, and so is a field given twice with
 * different values: two readers of one body must not see two addresses (CVE-2023-7028).
 * @throws DomainError `malformed_json`
 */
export function parseJsonBody(bytes: Buffer): unknown {
  if (bytes.length === 0) return undefined;
  try {
    const text = utf8.decode(bytes);
    const value: unknown = JSON.parse(text);
    // For duplicates only; JSON.parse has said already that the text is well-formed.
    if (!isFreeOfDuplicates(text, value)) parseStrictly(text, null, String);
    return value;
  } catch (cause) {
    throw new DomainError('malformed_json', {
      detail: cause instanceof RangeError ? 'nested too deeply' : (cause as Error).name,
    });
  }
}

/**
 * Sure of it at a glance: every field in the text is a quote followed by a colon, so when a flat object has kept as many
 * fields as there are such places, none was given twice. Text inside a value may look like a field too; then this says
 * no, and the strict parser, eight times as slow, has to tell.
 */
function isFreeOfDuplicates(text: string, value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return true;
  const values = Object.values(value);
  if (values.some((item) => typeof item === 'object' && item !== null)) return false;
  return (text.match(/"[ \t\n\r]*:/g)?.length ?? 0) === (Array.isArray(value) ? 0 : values.length);
}
