/** A copy of the OpenAPI document in which no parameter, response or response example is a reference. */
export function withResolvedParts(document: any): any {
  const copy = structuredClone(document);
  const { parameters = {}, responses = {}, examples = {} } = copy.components;
  const resolved = (entry: any, shared: any): any =>
    entry.$ref === undefined ? entry : shared[entry.$ref.split('/').at(-1)];
  for (const operation of Object.values<any>(copy.paths).flatMap((methods) => Object.values<any>(methods))) {
    operation.parameters = operation.parameters?.map((parameter: any) => resolved(parameter, parameters));
    for (const [status, response] of Object.entries<any>(operation.responses)) {
      const { content, ...rest } = structuredClone(resolved(response, responses));
      for (const media of Object.values<any>(content ?? {}))
        for (const [name, example] of Object.entries<any>(media.examples ?? {}))
          media.examples[name] = resolved(example, examples);
      operation.responses[status] = content === undefined ? rest : { ...rest, content };
    }
  }
  return copy;
}

/** A field of the OpenAPI document with its references resolved. */
export function resolvedField<T extends object>(document: any, field: T): T {
  const { $ref, allOf } = field as { $ref?: string; allOf?: { $ref?: string }[] };
  const reference = $ref ?? allOf?.[0]?.$ref;
  if (reference === undefined) return field;
  return { ...(document.components.schemas[reference.split('/').at(-1)!] as T), ...field };
}
