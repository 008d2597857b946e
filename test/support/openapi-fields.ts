/** A field as the OpenAPI document describes it, with what it refers to put in its place. */
export function resolvedField<T extends object>(document: any, field: T): T {
  const { $ref, allOf } = field as { $ref?: string; allOf?: { $ref?: string }[] };
  const reference = $ref ?? allOf?.[0]?.$ref;
  if (reference === undefined) return field;
  return { ...(document.components.schemas[reference.split('/').at(-1)!] as T), ...field };
}
