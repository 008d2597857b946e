/** A field of the OpenAPI document with its references resolved. */
export function resolvedField<T extends object>(document: any, field: T): T {
  const { $ref, allOf } = field as { $ref?: string; allOf?: { $ref?: string }[] };
  const reference = $ref ?? allOf?.[0]?.$ref;
  if (reference === undefined) return field;
  return { ...(document.components.schemas[reference.split('/').at(-1)!] as T), ...field };
}
