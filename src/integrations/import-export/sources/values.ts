import type { JsonObject } from '../json-entries.js';

/** A text that is not empty; absent for everything else. */
export function textOf(value: unknown): string | undefined {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
}

/** Reads how programs write a truth value into JSON and CSV; absent for everything else. */
export function booleanOf(value: unknown): boolean | undefined {
  if (typeof value === 'boolean') return value;
  const text = textOf(value)?.toLowerCase() ?? '';
  if (['true', 't', '1', 'yes'].includes(text)) return true;
  return ['false', 'f', '0', 'no'].includes(text) ? false : undefined;
}

/** ISO 8601 of milliseconds since 1970; the text itself where it is no number. */
export function timeOfMilliseconds(value: unknown): string | undefined {
  const text = textOf(value);
  if (text === undefined || !/^\d{1,15}$/.test(text)) return text;
  return new Date(Number(text)).toISOString();
}

/** The value if it is an object; else an empty object. */
export function objectOf(value: unknown): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};
}

/** Every element of an array as {@link objectOf} reads it; nothing where the value is no array. */
export function objectsOf(value: unknown): JsonObject[] {
  return Array.isArray(value) ? value.map(objectOf) : [];
}

/** First and last name as one; absent where there is neither. */
export function fullName(...parts: (string | undefined)[]): string | undefined {
  return textOf(parts.filter((part) => part !== undefined).join(' '));
}

export const statusOf = (isEnabled: boolean | undefined) => (isEnabled === false ? 'disabled' : 'active');
