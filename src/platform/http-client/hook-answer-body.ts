import { isObject } from '../attributes/attribute-declarations.js';
import type { HttpAnswer } from './http-sender.js';

/**
 * The body of an answer with status 200. A redirect is refused as well: the answer decides on accounts and claims, so it
 * must come from the URL that the operator configured.
 * @throws Error for another status, and for a body that is longer than `maxBytes`
 */
export function getAnswerBody({ status, body, isTruncated }: HttpAnswer, maxBytes: number): string {
  if (status !== 200) throw new Error(`answered ${status}`);
  if (isTruncated) throw new Error(`answered with more than ${maxBytes} bytes`);
  return body;
}

/** @throws Error for text that is no JSON object; the message quotes nothing of it */
export function parseAnswer(text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // The parser's message quotes the text.
  }
  if (!isObject(value)) throw new Error('answered with no JSON object');
  return value;
}
