interface Schema {
  $ref?: string;
  allOf?: Schema[];
  oneOf?: Schema[];
  discriminator?: { mapping: Record<string, string> };
  type?: string;
  nullable?: boolean;
  items?: Schema;
  properties?: Record<string, Schema>;
  required?: string[];
}

interface Response {
  $ref?: string;
  content?: Record<string, { schema?: Schema }>;
}

interface OpenApiDocument {
  paths: Record<string, Record<string, { responses?: Record<string, Response> }>>;
  components: { schemas: Record<string, Schema>; responses?: Record<string, Response> };
}

const JSON_TYPE = 'application/json';
const nameOf = (ref: string): string => ref.split('/').at(-1)!;

/**
 * Returns the source of client/src/responses.ts: the tables by which the client checks response bodies.
 * The notation is explained in client/src/expected-response.ts.
 * @param text the OpenAPI document
 */
export function clientResponses(text: string): string {
  const document = JSON.parse(text) as OpenApiDocument;
  const writer = new ResponseTables(document.components);
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([method, { responses = {} }]) => {
      const expected = writer.expectation(responses);
      return expected === undefined ? [] : [[`${method.toUpperCase()} ${path}`, expected] as const];
    }),
  );
  return [
    '// Written by `npm run docs` from openapi.json.',
    `export const OPERATIONS: Record<string, string> = ${JSON.stringify(Object.fromEntries(operations), null, 2)};`,
    `export const SHAPES: Record<string, Record<string, string>> = ${JSON.stringify(writer.shapes(), null, 2)};`,
    '',
  ].join('\n');
}

/** Collects the shapes that the responses of all operations need. */
class ResponseTables {
  private readonly used = new Map<string, Record<string, string>>();
  /** The value of `status` by which a shape differs from the others of its union. */
  private readonly statuses = new Map<string, string>();
  private readonly schemas: Record<string, Schema>;
  private readonly sharedResponses: Record<string, Response>;

  constructor({ schemas, responses = {} }: OpenApiDocument['components']) {
    this.schemas = schemas;
    this.sharedResponses = responses;
    for (const { discriminator } of Object.values(schemas))
      for (const [value, ref] of Object.entries(discriminator?.mapping ?? {})) this.statuses.set(nameOf(ref), value);
  }

  /** The status of a success and the names of its shapes, if it has a body. Undefined if the body is not JSON, as for /metrics. */
  expectation(responses: Record<string, Response>): string | undefined {
    const [status, found] = Object.entries(responses).find(([code]) => /^2\d\d$/.test(code)) ?? [];
    if (status === undefined || found === undefined) return undefined;
    const response = found.$ref === undefined ? found : this.sharedResponses[nameOf(found.$ref)]!;
    if (response.content === undefined) return status;
    const ref = response.content[JSON_TYPE]?.schema?.$ref;
    return ref === undefined ? undefined : `${status} ${this.alternatives(nameOf(ref)).join('|')}`;
  }

  shapes(): Record<string, Record<string, string>> {
    return Object.fromEntries([...this.used].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  private alternatives(name: string): string[] {
    const { oneOf } = this.schemas[name]!;
    const names = oneOf ? oneOf.map(({ $ref }) => nameOf($ref!)) : [name];
    for (const each of names) this.addShape(each);
    return names;
  }

  private addShape(name: string): void {
    if (this.used.has(name)) return;
    const fields: Record<string, string> = {};
    this.used.set(name, fields); // before its fields, which may refer to it
    const { properties = {}, required = [] } = this.schemas[name]!;
    for (const [field, schema] of Object.entries(properties))
      fields[required.includes(field) ? field : `${field}?`] = this.typeOf(schema);
    const status = this.statuses.get(name);
    if (status !== undefined) fields.status = `=${status}`;
  }

  private typeOf(schema: Schema): string {
    const { allOf, nullable, items } = schema;
    const ref = schema.$ref ?? (allOf?.length === 1 ? allOf[0]!.$ref : undefined);
    const type = ref !== undefined ? this.referenced(nameOf(ref)) : (schema.type ?? 'any');
    const plain = type === 'integer' ? 'number' : type;
    const full = plain === 'array' ? `${items ? this.typeOf(items) : 'any'}[]` : plain;
    return nullable === true ? `?${full}` : full;
  }

  private referenced(name: string): string {
    const schema = this.schemas[name]!;
    if (schema.oneOf) return 'object';
    if (schema.type !== 'object' || !schema.properties) return schema.type ?? 'any';
    this.addShape(name);
    return name;
  }
}
