import { UnexpectedResponseError, withoutQuery } from './errors.js';
import { OPERATIONS, SHAPES } from './responses.js';

/*
 * Notation of the tables in responses.ts. An operation has the status of its success, and the names
 * of the shapes that its body may have; without names there is no body. A field has a type
 * (`string`, `number`, `boolean`, `object`, `any`), the name of another shape, or `=` and the only
 * value it may have. `[]` behind a type is an array of it, `?` before it allows null, and `?` behind
 * the name of a field means that the field may be missing.
 */

/** Names of the shapes that contain tokens. */
const TOKEN_SHAPES: ReadonlySet<string> = new Set(['TokenResponse', 'RefreshResponse']);

interface Operation {
  readonly pattern: RegExp;
  readonly expected: string;
}

let operations: Operation[] | undefined;

/** Whether a success of the operation can contain tokens. */
export function mayAnswerTokens(method: string, path: string): boolean {
  return shapesOf(findExpectation(method, path) ?? '').some((name) => TOKEN_SHAPES.has(name));
}

/**
 * Checks a successful response against what the operation answers. A captive portal, a proxy or
 * the fallback page of a web server may answer 200, too. Operations that this version does not know
 * may answer any JSON, or nothing.
 *
 * @param text the body
 * @returns the body
 * @throws UnexpectedResponseError
 */
export function checkResponse(method: string, path: string, status: number, text: string): unknown {
  const body = parseJson(text);
  const expected = findExpectation(method, path);
  const isExpected =
    expected === undefined
      ? text === '' || body !== undefined
      : expected.startsWith(String(status)) && hasExpectedBody(expected, text, body);
  if (!isExpected) throw new UnexpectedResponseError(method, path, status);
  return body;
}

function hasExpectedBody(expected: string, text: string, body: unknown): boolean {
  const shapes = shapesOf(expected);
  return shapes.length === 0 ? text === '' : shapes.some((name) => hasType(body, name));
}

/** Returns the expectation for an operation, such as `200 ProfileResponse`. */
function findExpectation(method: string, path: string): string | undefined {
  const name = `${method.toUpperCase()} ${withoutQuery(path)}`;
  if (Object.hasOwn(OPERATIONS, name)) return OPERATIONS[name];
  operations ??= Object.entries(OPERATIONS).map(([operation, expected]) => ({
    pattern: new RegExp(`^${operation.replaceAll('.', '\\.').replace(/\{\w+\}/g, '[^/]+')}$`),
    expected,
  }));
  return operations.find(({ pattern }) => pattern.test(name))?.expected;
}

const shapesOf = (expected: string): string[] => expected.split(' ')[1]?.split('|') ?? [];

function hasType(value: unknown, type: string): boolean {
  if (type.startsWith('=')) return value === type.slice(1);
  if (type.startsWith('?')) return value === null || hasType(value, type.slice(1));
  if (type.endsWith('[]')) return Array.isArray(value) && value.every((item) => hasType(item, type.slice(0, -2)));
  if (type === 'any') return true;
  if (type === 'string' || type === 'boolean') return typeof value === type;
  if (type === 'number') return Number.isFinite(value);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return type === 'object' || hasFields(value as Record<string, unknown>, SHAPES[type] ?? {});
}

/** Fields that the shape does not name are allowed, because a newer server may have them. */
function hasFields(value: Record<string, unknown>, shape: Record<string, string>): boolean {
  return Object.entries(shape).every(([field, type]) => {
    const name = field.replace(/\?$/, '');
    const isMissing = !Object.hasOwn(value, name);
    return isMissing ? name !== field : hasType(value[name], type);
  });
}

/** Returns undefined for an empty body, and for one that is not JSON, such as the page of a proxy. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
