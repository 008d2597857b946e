import type { ValidateFunction } from 'ajv';

/** An attribute of members that the operator declared. */
export interface AttributeDeclaration {
  readonly schema: Readonly<Record<string, unknown>>;
  /** What members may do with their own value; administrators may always read and write. */
  readonly member: 'read' | 'write' | 'hidden';
  /** Whether access tokens carry the value. */
  readonly inToken: boolean;
  /** Absent: sign-up does not accept the attribute. */
  readonly atSignUp?: 'optional' | 'required';
}

export interface CompiledDeclaration extends AttributeDeclaration {
  readonly validate: ValidateFunction;
}

const NAME = /^[a-z][A-Za-z0-9_]{0,31}$/;
const MAX_ATTRIBUTES = 50;

/**
 * Reads the declarations of attributes and compiles their schemas (JSON Schema 2020-12).
 * @param text the content of the file
 * @throws Error whose message is the broken rule
 */
export async function readDeclarations(text: string): Promise<ReadonlyMap<string, CompiledDeclaration>> {
  const declarations = Object.entries(parseObject(text));
  if (declarations.length > MAX_ATTRIBUTES) throw new Error(`needs at most ${MAX_ATTRIBUTES} attributes`);
  for (const [name, declaration] of declarations) checkDeclaration(name, declaration);
  // Loaded here, because a server without attributes does not need it.
  const [{ Ajv2020 }, { default: addFormats }] = await Promise.all([import('ajv/dist/2020.js'), import('ajv-formats')]);
  const ajv = new Ajv2020({ strict: true, allowUnionTypes: true });
  // The package is CommonJS, so its function is the default of its default.
  addFormats.default(ajv);
  ajv.addKeyword('x-title-ko');
  return new Map(
    (declarations as [string, AttributeDeclaration][]).map(([name, { schema, member, inToken = false, atSignUp }]) => {
      try {
        const validate = ajv.compile(schema);
        return [name, { schema, member, inToken, ...(atSignUp && { atSignUp }), validate }];
      } catch (error) {
        throw new Error(`${name}.schema is not a JSON Schema: ${(error as Error).message}`, { cause: error });
      }
    }),
  );
}

function parseObject(text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new Error('needs JSON', { cause });
  }
  if (!isObject(value)) throw new Error('needs a JSON object of attributes');
  return value;
}

function checkDeclaration(name: string, declaration: unknown): void {
  if (!NAME.test(name))
    throw new Error('needs names of 1 to 32 letters, digits and _, beginning with a lower-case letter');
  // Requests with such a name are refused, so that it could never have a value.
  if (isForbiddenKey(name)) throw new Error(`${name} is a reserved name`);
  if (!isObject(declaration)) throw new Error(`${name} needs an object`);
  const { schema, member, inToken, atSignUp, ...others } = declaration;
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) throw new Error(`${name} has the unknown property ${unknown}`);
  if (!isObject(schema)) throw new Error(`${name}.schema needs a JSON Schema`);
  // The check of such a schema returns a promise, which would count as true for every value.
  if ('$async' in schema) throw new Error(`${name}.schema must not use $async`);
  if (!['read', 'write', 'hidden'].includes(member as string))
    throw new Error(`${name}.member needs read, write or hidden`);
  if (![undefined, true, false].includes(inToken as boolean)) throw new Error(`${name}.inToken needs true or false`);
  if (![undefined, 'optional', 'required'].includes(atSignUp as string))
    throw new Error(`${name}.atSignUp needs optional or required`);
}

/** Whether the value is a JSON object. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const FORBIDDEN_KEYS: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/** Code that copies values with such keys could change the prototype of its objects. */
export const isForbiddenKey = (key: string): boolean => FORBIDDEN_KEYS.has(key);

/** Whether a value holds such a key at any depth. */
export function hasForbiddenKey(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).some(([key, part]) => isForbiddenKey(key) || hasForbiddenKey(part));
}
