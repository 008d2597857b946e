import { SCOPE_EXTENSION } from '../../platform/http/scope.decorator.js';
import type { OpenAPIObject, OperationObject, ReferenceObject, RequestBodyObject, SchemaObject } from '@nestjs/swagger';

/*
 * Adds what decorators and docstrings leave out, in the same way for every operation.
 */

const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const;

/** Descriptions of responses that have none. */
const MEANINGS: Readonly<Record<string, string>> = {
  '200': 'OK',
  '201': 'Created',
  '202': 'Accepted. A mail may follow; the response is the same with and without one.',
  '204': 'No content',
};

/** Describes each response, gives each body an example that works, and puts the paths in the order of `journey`. */
export function polished(document: OpenAPIObject, journey: readonly string[]): OpenAPIObject {
  for (const operation of operationsOf(document)) {
    unwrapTexts(operation);
    describeResponses(operation);
    nameScope(operation);
    addExample(document, operation);
    operation.security ??= []; // explicitly public
  }
  return { ...document, paths: inOrder(document.paths, journey) };
}

export function operationsOf({ paths }: OpenAPIObject): OperationObject[] {
  return Object.values(paths).flatMap((path) => METHODS.flatMap((method) => path[method] ?? []));
}

/** Joins the lines of descriptions: docstrings are wrapped to the width of the source. */
function unwrapTexts(operation: OperationObject): void {
  operation.summary = operation.summary?.replace(/\s+/g, ' ');
  operation.description = operation.description?.replace(/\s+/g, ' ');
}

/** Adds which scope opens the operation to API keys: OpenAPI has no place for scopes of bearer tokens. */
function nameScope(operation: OperationObject): void {
  const scope = (operation as { [SCOPE_EXTENSION]?: string })[SCOPE_EXTENSION];
  if (scope === undefined) return;
  const text = `Open to API keys with the scope \`${scope}\`.`;
  operation.description = operation.description ? `${operation.description} ${text}` : text;
}

function describeResponses({ responses }: OperationObject): void {
  for (const [status, response] of Object.entries(responses)) {
    if (response != null && 'description' in response) response.description ||= MEANINGS[status] ?? '';
  }
}

/**
 * Adds an example of the required fields. Without it Swagger UI fills in every field that has an
 * example, and optional fields would make a first try fail.
 */
function addExample(document: OpenAPIObject, { requestBody }: OperationObject): void {
  const body = requestBody as RequestBodyObject | undefined;
  const content = body?.content['application/json'];
  if (content?.schema === undefined || content.example !== undefined || content.examples !== undefined) return;
  const example = body?.required === false ? {} : requiredFields(document, content.schema);
  if (example !== undefined) content.example = example;
}

/**
 * The example of the required fields; undefined where no field is required, or one of them has no
 * example.
 */
function requiredFields(
  document: OpenAPIObject,
  schema: SchemaObject | ReferenceObject,
): Record<string, unknown> | undefined {
  const { required = [], properties = {} } = resolved(document, schema);
  const example = Object.fromEntries(
    required.map((name) => [name, exampleOf(resolved(document, properties[name] ?? {}))]),
  );
  return required.length === 0 || Object.values(example).includes(undefined) ? undefined : example;
}

function exampleOf({ example, default: standard, enum: values }: SchemaObject): unknown {
  return (example as unknown) ?? (standard as unknown) ?? (values?.[0] as unknown);
}

function resolved({ components }: OpenAPIObject, schema: SchemaObject | ReferenceObject): SchemaObject {
  if (!('$ref' in schema)) return schema;
  return (components?.schemas?.[schema.$ref.split('/').at(-1) ?? ''] ?? {}) as SchemaObject;
}

/** Sorts paths by the first prefix of `journey` that matches; paths without a match come last. */
function inOrder(paths: OpenAPIObject['paths'], journey: readonly string[]): OpenAPIObject['paths'] {
  const rank = (path: string): number => {
    const index = journey.findIndex((beginning) => `${path}/`.startsWith(`${beginning}/`));
    return index < 0 ? journey.length : index;
  };
  return Object.fromEntries(Object.entries(paths).sort(([a], [b]) => rank(a) - rank(b)));
}
