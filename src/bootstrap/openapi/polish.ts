import type { OpenAPIObject, OperationObject, ReferenceObject, RequestBodyObject, SchemaObject } from '@nestjs/swagger';

/*
 * What the decorators leave out, done for every operation alike.
 */

const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const;

/** What an answer without a description of its own means. */
const MEANINGS: Readonly<Record<string, string>> = {
  '200': 'Done; this is the result.',
  '201': 'Made; this is the result.',
  '202': 'Taken on. Mail follows where there is somebody to write to; the answer does not say whether there is.',
  '204': 'Done; there is nothing more to say.',
};

/** A document in which each answer says something and each body has an example that works, paths in the order of `journey`. */
export function polished(document: OpenAPIObject, journey: readonly string[]): OpenAPIObject {
  for (const operation of operationsOf(document)) {
    describeAnswers(operation);
    addExample(document, operation);
    operation.security ??= []; // open to anybody, and known to be
  }
  return { ...document, paths: inOrder(document.paths, journey) };
}

export function operationsOf({ paths }: OpenAPIObject): OperationObject[] {
  return Object.values(paths).flatMap((path) => METHODS.flatMap((method) => path[method] ?? []));
}

function describeAnswers({ responses }: OperationObject): void {
  for (const [status, answer] of Object.entries(responses)) {
    if (answer != null && 'description' in answer) answer.description ||= MEANINGS[status] ?? '';
  }
}

/** Swagger UI fills in every field it knows an example of; the optional ones are then in the way of the first try. */
function addExample(document: OpenAPIObject, { requestBody }: OperationObject): void {
  const body = requestBody as RequestBodyObject | undefined;
  const content = body?.content['application/json'];
  if (content?.schema === undefined || content.example !== undefined || content.examples !== undefined) return;
  const example = body?.required === false ? {} : requiredFields(document, content.schema);
  if (example !== undefined) content.example = example;
}

/** Undefined where nothing is required, or something required has no example. */
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

/** By the first beginning that fits, then as the code has them; what fits none comes last. */
function inOrder(paths: OpenAPIObject['paths'], journey: readonly string[]): OpenAPIObject['paths'] {
  const rank = (path: string): number => {
    const index = journey.findIndex((beginning) => path.startsWith(beginning));
    return index < 0 ? journey.length : index;
  };
  return Object.fromEntries(Object.entries(paths).sort(([a], [b]) => rank(a) - rank(b)));
}
