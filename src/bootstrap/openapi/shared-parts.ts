import type { OpenAPIObject, OperationObject, ParameterObject, ReferenceObject, ResponseObject } from '@nestjs/swagger';
import { operationsOf } from './polish.js';

/*
 * Moves what many operations repeat to `components`, so that the document stays small and
 * generators make one type of it. Nest writes every part where it is used.
 */

type Components = NonNullable<OpenAPIObject['components']>;
type Schema = Record<string, unknown>;

const PROBLEM_TYPE = 'application/problem+json';
const SCHEMAS = '#/components/schemas/';

/** Returns the document with parameters, refusals and their examples as shared components. */
export function withSharedParts(document: OpenAPIObject): OpenAPIObject {
  const components: Components = { ...document.components, parameters: {}, responses: {}, examples: {} };
  const shared = { ...document, components };
  shareParameters(components, operationsOf(shared));
  for (const operation of operationsOf(shared)) shareRefusals(components, operation);
  replaceSingleReferences(shared);
  dropUnusedSchemas(shared);
  return shared;
}

/** Shares the parameters that several operations have, under their names. */
function shareParameters({ parameters = {} }: Components, operations: readonly OperationObject[]): void {
  const uses = new Map<string, number>();
  const textOf = (parameter: ParameterObject | ReferenceObject): string => JSON.stringify(parameter);
  for (const parameter of operations.flatMap((operation) => operation.parameters ?? []))
    uses.set(textOf(parameter), (uses.get(textOf(parameter)) ?? 0) + 1);
  for (const operation of operations) {
    operation.parameters = operation.parameters?.map((parameter) => {
      if ('$ref' in parameter || uses.get(textOf(parameter)) === 1) return parameter;
      const known = (parameters[parameter.name] ??= parameter);
      return isEqual(known, parameter) ? { $ref: `#/components/parameters/${parameter.name}` } : parameter;
    });
  }
}

/** Shares each refusal under its status and codes, and each example under its code. */
function shareRefusals({ responses = {}, examples = {} }: Components, operation: OperationObject): void {
  for (const [status, response] of Object.entries(operation.responses)) {
    const content = (response as ResponseObject | undefined)?.content?.[PROBLEM_TYPE];
    if (content?.examples === undefined) continue;
    const codes = Object.keys(content.examples);
    for (const code of codes) {
      examples[code] ??= content.examples[code]!;
      content.examples[code] = { $ref: `#/components/examples/${code}` };
    }
    const name = [status, ...codes].join('.');
    responses[name] ??= response!;
    operation.responses[status] = { $ref: `#/components/responses/${name}` };
  }
}

/**
 * Removes every `allOf` that holds a single reference. Nest writes one for each field that has a
 * documentation of its own, and validators and generators read it differently. If all documented
 * fields that refer to a schema have the same documentation, it moves to the schema. Otherwise each
 * documented field gets a copy of the schema. All other fields become plain references.
 */
function replaceSingleReferences(document: OpenAPIObject): void {
  const schemas = document.components?.schemas as Record<string, Schema>;
  const fields = [...schemasIn(document)].flatMap((field) => {
    const [first, ...others] = (field['allOf'] ?? []) as ReferenceObject[];
    return first?.$ref?.startsWith(SCHEMAS) && others.length === 0 ? [{ field, name: nameOf(first.$ref) }] : [];
  });
  for (const [name, schema] of Object.entries(schemas)) {
    const ownOnes = fields.filter((field) => field.name === name);
    const documented = ownOnes.map(({ field }) => withoutReference(field)).filter((own) => Object.keys(own).length > 0);
    const isShared = documented.length > 0 && documented.every((own) => isEqual(own, documented[0]));
    if (isShared) Object.assign(schema, documented[0]);
    for (const { field } of ownOnes) {
      const own = withoutReference(field);
      for (const key of Object.keys(field)) Reflect.deleteProperty(field, key);
      const isCopy = !isShared && Object.keys(own).length > 0;
      Object.assign(field, isCopy ? { ...schema, ...own } : { $ref: `${SCHEMAS}${name}` });
    }
  }
}

function dropUnusedSchemas(document: OpenAPIObject): void {
  const schemas = document.components?.schemas ?? {};
  const references = [...schemasIn(document)].flatMap(({ $ref }) => (typeof $ref === 'string' ? [$ref] : []));
  const used = new Set(references.filter((reference) => reference.startsWith(SCHEMAS)).map(nameOf));
  for (const name of Object.keys(schemas)) if (!used.has(name)) Reflect.deleteProperty(schemas, name);
}

/** Every object of the document that may be a schema. */
function* schemasIn(value: unknown): Generator<Schema> {
  if (typeof value !== 'object' || value === null) return;
  if (!Array.isArray(value)) yield value as Schema;
  for (const item of Object.values(value)) yield* schemasIn(item);
}

function withoutReference({ allOf: _, ...own }: Schema): Schema {
  return own;
}

const nameOf = (reference: string): string => reference.slice(SCHEMAS.length);

const isEqual = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);
