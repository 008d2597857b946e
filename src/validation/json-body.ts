import { parse as parseStrictly } from 'lossless-json';
import { DomainError } from '../errors/domain-error.js';

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
    if (/"/.test(text)) parseStrictly(text, null, String);
    return value;
  } catch (cause) {
    throw new DomainError('malformed_json', {
      detail: cause instanceof RangeError ? 'nested too deeply' : (cause as Error).name,
    });
  }
}
