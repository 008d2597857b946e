import fc, { type Arbitrary } from 'fast-check';
import { NAUGHTY_STRINGS } from './naughty-strings.js';
import type { Operation, Schema } from './operations.js';

/** The token of a request. */
export type TokenChoice = 'right' | 'none' | 'other purpose' | 'altered' | 'nonsense';

/** A request without its token, which is unknown when the request is generated. */
export interface FuzzedRequest {
  method: string;
  path: string;
  headers: Record<string, string>;
  token: TokenChoice;
  /** The body as bytes; undefined for none. */
  body: Buffer | undefined;
}

const naughty = fc.constantFrom(...NAUGHTY_STRINGS);
/** Any code points except surrogates. The unit `binary` of fast-check spends 2 s on a table of a million code points. */
const anyCodePoints = fc
  .array(fc.nat(0x10_ffff - 0x800), { maxLength: 60 })
  .map((numbers) => String.fromCodePoint(...numbers.map((number) => (number < 0xd800 ? number : number + 0x800))));
const anyText = fc.oneof(
  { weight: 4, arbitrary: naughty },
  { weight: 2, arbitrary: anyCodePoints },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme', maxLength: 200 }) },
  // Two texts combined.
  { weight: 1, arbitrary: fc.tuple(naughty, naughty).map(([a, b]) => `${a.slice(0, 2000)}${b.slice(0, 2000)}`) },
);
/** Any well-formed JSON. */
const anyJson = fc.oneof(
  { weight: 3, arbitrary: fc.jsonValue({ maxDepth: 4 }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom<unknown>(null, true, false, 0, -1, 1e21, 123456, [], {}, [[]], [null], { $ne: null }),
  },
  { weight: 1, arbitrary: fc.constantFrom(20, 200, 2000).map((depth) => nested(depth)) },
);

/** A valid value of this schema; fast-check supports our patterns. */
export function valid({
  type,
  format,
  pattern,
  enum: values,
  nullable,
  minLength = 0,
  maxLength,
  ...schema
}: Schema): Arbitrary<unknown> {
  const some = ((): Arbitrary<unknown> => {
    if (values) return fc.constantFrom(...values);
    if (type === 'boolean') return fc.boolean();
    if (type === 'integer' || type === 'number')
      return fc.integer({ min: schema.minimum ?? 0, max: schema.maximum ?? 1000 });
    if (type === 'array') return fc.array(valid(schema.items ?? {}), { maxLength: 5 });
    if (type === 'object') return fc.dictionary(fc.string(), fc.jsonValue());
    if (pattern) return fc.stringMatching(new RegExp(pattern));
    if (format === 'idn-email') return fc.nat().map((number) => `ada.${number}@example.test`);
    if (format === 'uuid') return fc.uuid();
    if (format === 'date-time') return fc.date({ noInvalidDate: true }).map((date) => date.toISOString());
    // Codes and login IDs have neither a pattern nor a maximum, because the server normalises them.
    if (maxLength === undefined && typeof schema.example === 'string') return likeExample(schema.example);
    if (maxLength !== undefined && maxLength > 1000) return fc.stringMatching(/^[\w-]{43}$/); // an opaque token
    return fc.string({ unit: 'grapheme', minLength: Math.max(1, minLength), maxLength: Math.min(maxLength ?? 64, 64) });
  })();
  return nullable ? fc.option(some) : some;
}

/** Text of the form of the example, with other lower-case letters and digits in the same places. */
function likeExample(example: string): Arbitrary<string> {
  return fc.stringMatching(
    new RegExp(
      `^${example.replace(/[a-z]|\d|\W/g, (sign) => (/[a-z]/.test(sign) ? '[a-z]' : /\d/.test(sign) ? '\\d' : `\\${sign}`))}$`,
    ),
  );
}

/** A body with all required and some optional fields. */
function validBody({ properties = {}, required = [] }: Schema): Arbitrary<Record<string, unknown>> {
  const fields = Object.fromEntries(Object.entries(properties).map(([name, schema]) => [name, valid(schema)]));
  return fc.record(fields, { requiredKeys: required });
}

/** A valid body with one or two values replaced, one field added or one removed; sometimes any JSON instead. */
function brokenBody(schema: Schema): Arbitrary<unknown> {
  const names = Object.keys(schema.properties ?? {});
  if (names.length === 0) return anyJson;
  const fault = fc.tuple(
    fc.constantFrom(...names),
    fc.oneof({ weight: 3, arbitrary: anyText }, { weight: 2, arbitrary: anyJson }),
  );
  return fc.oneof(
    {
      weight: 8,
      arbitrary: fc
        .tuple(validBody(schema), fc.array(fault, { minLength: 1, maxLength: 2 }))
        .map(([body, faults]) => ({ ...body, ...Object.fromEntries(faults) })),
    },
    {
      weight: 1,
      arbitrary: fc
        .tuple(validBody(schema), anyText, anyJson)
        .map(([body, name, value]) => withField(body, name, value)),
    },
    {
      weight: 1,
      arbitrary: fc.tuple(validBody(schema), fc.constantFrom(...names)).map(([body, name]) => without(body, name)),
    },
    { weight: 1, arbitrary: anyJson },
  );
}

/** Bytes that are no JSON, or JSON that two parsers read differently. */
const brokenBytes = (schema: Schema): Arbitrary<Buffer> =>
  fc.oneof(
    fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
    fc.tuple(validBody(schema), fc.nat()).map(([body, cut]) => {
      const text = JSON.stringify(body);
      return Buffer.from(text.slice(0, cut % (text.length + 1)));
    }),
    fc.tuple(validBody(schema), fc.nat(), fc.nat(255)).map(([body, at, byte]) => {
      const bytes = Buffer.from(JSON.stringify(body));
      bytes[at % bytes.length] = byte;
      return bytes;
    }),
    fc
      .tuple(validBody(schema), validBody(schema))
      .map(([a, b]) => Buffer.from(`${JSON.stringify(a).slice(0, -1)},${JSON.stringify(b).slice(1)}`)),
  );

function bodyOf({ body }: Operation): Arbitrary<Buffer | undefined> {
  const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value) ?? '');
  if (!body)
    return fc.oneof({ weight: 4, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: anyJson.map(json) });
  return fc.oneof(
    { weight: 2, arbitrary: validBody(body).map(json) },
    { weight: 6, arbitrary: brokenBody(body).map(json) },
    { weight: 1, arbitrary: brokenBytes(body) },
    { weight: 1, arbitrary: fc.constant(undefined) },
  );
}

/** Text that Node.js accepts in a header: one byte per character, no control characters. */
const headerText = anyText.map((text) =>
  Buffer.from(text)
    .toString('latin1')
    .replace(/[^ -~\u0080-\u00ff]/g, '')
    .slice(0, 1000),
);

const HEADER_NAMES = [
  ...[
    'accept-language',
    'accept',
    'user-agent',
    'origin',
    'referer',
    'cookie',
    'x-forwarded-host',
    'x-forwarded-proto',
    'forwarded',
  ],
  ...[
    'x-real-ip',
    'x-request-id',
    'if-none-match',
    'range',
    'x-http-method-override',
    'sec-fetch-site',
    'traceparent',
    'accept-encoding',
  ],
];

const headers: Arbitrary<Record<string, string>> = fc.oneof(
  { weight: 5, arbitrary: fc.constant({}) },
  { weight: 3, arbitrary: fc.dictionary(fc.constantFrom(...HEADER_NAMES), headerText, { minKeys: 1, maxKeys: 3 }) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom('content-type', 'content-encoding', 'x-forwarded-for'), headerText)
      .map(([name, text]) => ({ [name]: text })),
  },
);

/** A path with valid or invalid parameters, sometimes with a query. */
function pathOf({ path, parameters }: Operation): Arbitrary<string> {
  const inPath = parameters.filter((parameter) => parameter.in === 'path');
  const inQuery = parameters.filter((parameter) => parameter.in === 'query');
  const part = fc.oneof(
    { weight: 2, arbitrary: fc.uuid() },
    { weight: 3, arbitrary: anyText.map((text) => encodeURIComponent(text.slice(0, 500).toWellFormed()) || '-') },
    { weight: 1, arbitrary: fc.stringMatching(/^[!-~]{1,20}$/).map((text) => text.replace(/[#?]/g, '-')) },
  );
  const filled = fc
    .tuple(...inPath.map(() => part))
    .map((parts) => inPath.reduce((all, { name }, index) => all.replace(`{${name}}`, parts[index]!), path));
  const pair = (name: Arbitrary<string>, value: Arbitrary<unknown>): Arbitrary<string> =>
    fc.tuple(name, value).map(([key, item]) => `${key}=${encodeURIComponent(String(item).toWellFormed())}`);
  const known = inQuery.map(({ name, schema }) => pair(fc.constant(name), fc.oneof(valid(schema), anyText)));
  const odd = pair(
    fc.oneof(
      fc.constantFrom('limit', 'token', 'password', 'email[]', '__proto__', 'a[b]', ''),
      anyText.map((text) => encodeURIComponent(text.slice(0, 50).toWellFormed())),
    ),
    anyText,
  );
  const query = fc.array(fc.oneof(...known, odd), { minLength: 1, maxLength: 3 }).map((pairs) => `?${pairs.join('&')}`);
  // Operations without query parameters ignore the query, so one request in ten is enough.
  const share = inQuery.length > 0 ? 5 : 1;
  return fc
    .tuple(filled, fc.oneof({ weight: 10 - share, arbitrary: fc.constant('') }, { weight: share, arbitrary: query }))
    .map(([base, end]) => `${base}${end}`.slice(0, 4000));
}

/** TR-06: another spelling of the same path, or another method. */
const VARIANTS: ((path: string) => string)[] = [
  ...[
    (path: string) => `${path}/`,
    (path: string) => `/${path}`,
    (path: string) => path.replace(/\//g, '//'),
    (path: string) => `${path};x=1`,
  ],
  ...[
    (path: string) => path.toUpperCase(),
    (path: string) => path.replace('/api', '/api/.'),
    (path: string) => path.replace('/api', '/x/../api'),
  ],
  ...[
    (path: string) => path.replace(/[a-z](?=[^/]*$)/, (letter) => `%${letter.charCodeAt(0).toString(16)}`),
    (path: string) => `${path}%00`,
  ],
  ...[
    (path: string) => path.replace(/\/(?=[^/]*$)/, '%2f'),
    (path: string) => `${path}.json`,
    (path: string) => `${path}%`,
    (path: string) => `${path}%ff`,
  ],
];
const otherWay = fc.tuple(
  fc.constantFrom((path: string) => path, ...VARIANTS),
  fc.constantFrom('GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND'),
);

const token: Arbitrary<TokenChoice> = fc.oneof(
  { weight: 6, arbitrary: fc.constant<TokenChoice>('right') },
  { weight: 1, arbitrary: fc.constantFrom<TokenChoice>('none', 'other purpose', 'altered', 'nonsense') },
);

/** Requests to one operation, most of them nearly valid. */
export function requestsTo(operation: Operation): Arbitrary<FuzzedRequest> {
  const parts = fc.record({ path: pathOf(operation), headers, token, body: bodyOf(operation) });
  return fc.oneof(
    { weight: 12, arbitrary: parts.map((given) => ({ method: operation.method, ...given })) },
    {
      weight: 1,
      arbitrary: fc
        .tuple(parts, otherWay)
        .map(([given, [rewrite, method]]) => ({ ...given, method, path: rewrite(given.path) })),
    },
  );
}

function nested(depth: number): unknown {
  let value: unknown = 'deep';
  for (let level = 0; level < depth; level += 1) value = level % 2 ? { a: value } : [value];
  return value;
}

/** Uses defineProperty, because a plain assignment to `__proto__` adds no field. */
function withField(body: Record<string, unknown>, name: string, value: unknown): Record<string, unknown> {
  return Object.defineProperty({ ...body }, name, { value, enumerable: true, configurable: true, writable: true });
}

function without(body: Record<string, unknown>, name: string): Record<string, unknown> {
  return Object.fromEntries(Object.entries(body).filter(([key]) => key !== name));
}
