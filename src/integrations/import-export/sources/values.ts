import { parseTime } from '../../../users/imports/imported-profile.js';
import type { JsonObject } from '../json-entries.js';
import { UnreadableValue } from '../unreadable-value.js';

/*
 * Only an absent value is read as absent. Each function throws UnreadableValue for a value that it
 * cannot read.
 */

const TRUE = ['true', 't', '1', 'yes', 'y', 'on'];
const FALSE = ['false', 'f', '0', 'no', 'n', 'off'];

/** A text or number; absent where it is empty. */
export function textOf(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  // Two ids beyond it may be read as one.
  if (typeof value === 'number' && Math.abs(value) > Number.MAX_SAFE_INTEGER)
    throw new UnreadableValue('a number is too large to be exact; write it as text');
  if (typeof value === 'number') return String(value);
  if (typeof value !== 'string') throw new UnreadableValue('a value is not text');
  // Text that was cut may have one surrogate of a pair, which the database cannot store.
  if (!value.isWellFormed()) throw new UnreadableValue('a text has half a character');
  return value.trim() === '' ? undefined : value.trim();
}

/** Reads how programs write a truth value into JSON and CSV. */
export function booleanOf(values: Readonly<JsonObject>, name: string): boolean | undefined {
  const value = values[name];
  if (typeof value === 'boolean') return value;
  const text = textOf(value)?.toLowerCase();
  if (text === undefined) return undefined;
  if (TRUE.includes(text)) return true;
  if (FALSE.includes(text)) return false;
  throw new UnreadableValue(`the value of ${name} is neither true nor false`);
}

/** One of the known words. */
export function wordOf<T extends string>(
  values: Readonly<JsonObject>,
  name: string,
  words: readonly T[],
): T | undefined {
  const text = textOf(values[name]);
  const word = words.find((known) => known === text);
  if (text !== undefined && word === undefined) throw new UnreadableValue(`the value of ${name} is not known`);
  return word;
}

/** Milliseconds since 1970. */
export function timeOf(value: unknown): number | undefined {
  const text = textOf(value);
  const time = text === undefined ? undefined : parseTime(text);
  if (Number.isNaN(time)) throw new UnreadableValue('a time is not valid');
  return time;
}

/** ISO 8601 of milliseconds since 1970; the text itself where it is no number. */
export function timeOfMilliseconds(value: unknown): string | undefined {
  const text = textOf(value);
  if (text === undefined || !/^\d{1,15}$/.test(text)) return text;
  return new Date(Number(text)).toISOString();
}

/** An object; empty where it is absent. */
export function objectOf(value: unknown): JsonObject {
  if (value === undefined || value === null) return {};
  if (typeof value !== 'object' || Array.isArray(value)) throw new UnreadableValue('a value is not an object');
  return value as JsonObject;
}

/** The elements of a list; none where it is absent. */
export function listOf(value: unknown): unknown[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw new UnreadableValue('a value is not a list');
  return value;
}

/** Every element of a list as {@link objectOf} reads it. */
export const objectsOf = (value: unknown): JsonObject[] => listOf(value).map(objectOf);

/** First and last name as one; absent where there is neither. */
export function fullName(...parts: (string | undefined)[]): string | undefined {
  return textOf(parts.filter((part) => part !== undefined).join(' '));
}

export const statusOf = (isEnabled: boolean | undefined) => (isEnabled === false ? 'disabled' : 'active');
