import { withResolvedParts } from '../support/openapi-fields.js';

/** The parts of an OpenAPI schema that requests use. */
export interface Schema {
  $ref?: string;
  allOf?: Schema[];
  type?: string;
  format?: string;
  pattern?: string;
  enum?: unknown[];
  nullable?: boolean;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  example?: unknown;
}

export interface Parameter {
  name: string;
  in: 'path' | 'query' | 'header';
  required?: boolean;
  schema: Schema;
}

/** One operation of the API, as /docs-json describes it. */
export interface Operation {
  method: string;
  path: string;
  /** The kind of bearer token; undefined for public operations. */
  scheme: string | undefined;
  parameters: Parameter[];
  body: Schema | undefined;
}

const METHODS = ['get', 'post', 'patch', 'put', 'delete'];

/** Every operation of an OpenAPI document, its references resolved. */
export function operationsOf(document: any): Operation[] {
  const resolve = (schema: Schema | undefined): Schema | undefined => {
    const reference = schema?.$ref ?? (schema?.allOf?.length === 1 ? schema.allOf[0]!.$ref : undefined);
    const target = reference ? (document.components.schemas[reference.split('/').at(-1)!] as Schema) : schema;
    if (!target?.properties) return target;
    const properties = Object.entries(target.properties).map(([name, value]) => [name, resolve(value)]);
    return { ...target, properties: Object.fromEntries(properties) as Record<string, Schema> };
  };
  return Object.entries<Record<string, any>>(withResolvedParts(document).paths).flatMap(([path, methods]) =>
    Object.entries(methods)
      .filter(([method]) => METHODS.includes(method))
      .map(([method, operation]) => ({
        method: method.toUpperCase(),
        path,
        scheme: Object.keys(operation.security?.[0] ?? {})[0],
        parameters: (operation.parameters ?? []) as Parameter[],
        body: resolve(operation.requestBody?.content['application/json']?.schema),
      })),
  );
}
