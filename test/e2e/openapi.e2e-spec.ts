import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Ajv } from 'ajv';
import formats from 'ajv-formats';
import { PROJECT_ROOT } from '../../dev/project.js';
import { SCOPES } from '../../src/platform/http/principal.js';
import { givenApiKey } from '../support/api-keys.js';
import { givenAdmin, type GivenAdmin } from '../support/admins.js';
import { unique } from '../support/factories.js';
import { mailbox } from '../support/mailbox.js';
import { withResolvedParts } from '../support/openapi-fields.js';
import { resetTokenFor } from '../support/recovery.js';
import { TestApp } from '../support/test-app.js';

interface Operation {
  operationId: string;
  summary?: string;
  description?: string;
  tags?: string[];
  parameters?: object[];
  security?: Record<string, string[]>[];
  requestBody?: { content: Record<string, { example?: object; examples?: Record<string, { value: object }> }> };
  responses: Record<string, { description: string; content?: Record<string, { schema?: object }> }>;
}

/**
 * Time limit of the tests that start a program of their own, which loads a compiler or linters. On a busy machine that is slow.
 */
const SLOW_MS = 180_000;

const committed = readFileSync(path.join(PROJECT_ROOT, 'openapi.json'), 'utf8');
const document = JSON.parse(committed);
const operations = Object.entries<Record<string, Operation>>(withResolvedParts(document).paths).flatMap(
  ([where, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ name: `${method.toUpperCase()} ${where}`, ...operation })),
);
/** The example that Swagger UI fills in. */
const exampleOf = (where: string): any => document.paths[where].post.requestBody.content['application/json'].example;

/** Prints what the linters find, in a process of its own. */
const LINT = `
  import { readFileSync } from 'node:fs';
  import { createConfig, lintFromString } from '@redocly/openapi-core';
  import spectral from '@stoplight/spectral-core';
  import rulesets from '@stoplight/spectral-rulesets';
  import oasValidator from 'oas-validator';

  const source = readFileSync('openapi.json', 'utf8');
  // Defaults are checked as examples.
  const withDefaults = JSON.parse(source, (key, value) =>
    value?.default === undefined || !value.type ? value : { example: value.default, ...value });
  const EXAMPLES = ['no-invalid-media-type-examples', 'no-invalid-schema-examples', 'no-invalid-parameter-examples'];
  const rules = Object.fromEntries(EXAMPLES.map((name) => [name, 'error']));
  const config = await createConfig({ extends: ['recommended-strict'], rules });
  const text = JSON.stringify(withDefaults);
  const byRedocly = await lintFromString({ source: text, absoluteRef: 'openapi.json', config });

  // Spectral compiles the schema of each example again, which takes ten seconds.
  const off = { 'oas3-valid-media-example': 'off', 'oas3-valid-schema-example': 'off' };
  const linter = new spectral.Spectral();
  linter.setRuleset({ extends: [rulesets.oas], rules: off });
  const bySpectral = await linter.run(JSON.parse(source));

  const options = { lint: true, lintLimit: 1000, warnings: [] };
  const failure = await oasValidator.validate(JSON.parse(source), options).then(() => [], (error) => [error.message]);
  // The document is the same for every operator, so it has no contact.
  const byOasValidator = options.warnings.filter(({ ruleName }) => !/^(info-contact|contact-properties)$/.test(ruleName));
  const violations = options.warnings.length > 0 ? [] : failure;
  console.log(JSON.stringify([
    ...byRedocly.map(({ ruleId, message, location }) => ['redocly', ruleId, message, location[0]?.pointer]),
    ...bySpectral.map(({ code, message, path }) => ['spectral', code, message, path.join('/')]),
    ...byOasValidator.map(({ ruleName, message, pointer }) => ['oas-validator', ruleName, message, pointer]),
    ...violations.map((message) => ['oas-validator', message]),
  ]));
`;

describe('OpenAPI document', () => {
  it(
    'the file in the repository and the client’s types match the code (if not: npm run docs)',
    async () => {
      // In a process of its own: the modules as a whole do not load inside Jest.
      const { stdout } = await promisify(execFile)(
        process.execPath,
        [
          ...['--import', 'tsx', '--input-type=module', '--eval'],
          `import { clientResponses } from './dev/client-responses.ts';
         import { clientTypes, openApiDocument } from './dev/openapi.ts';
         const document = await openApiDocument();
         console.log(JSON.stringify({ document, types: await clientTypes(document), responses: clientResponses(document) }));`,
        ],
        { cwd: PROJECT_ROOT, maxBuffer: 16 * 1024 * 1024 },
      );
      const { document: current, types, responses } = JSON.parse(stdout);
      expect(committed).toBe(current);
      expect(readFileSync(path.join(PROJECT_ROOT, 'client/src/openapi.ts'), 'utf8')).toBe(types);
      expect(readFileSync(path.join(PROJECT_ROOT, 'client/src/responses.ts'), 'utf8')).toBe(responses);
    },
    SLOW_MS,
  );

  it(
    'three linters accept it without a warning, by their strictest rules',
    async () => {
      const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', LINT], {
        cwd: PROJECT_ROOT,
        maxBuffer: 16 * 1024 * 1024,
      });
      expect(JSON.parse(stdout)).toEqual([]);
    },
    SLOW_MS,
  );

  it('it is small enough for a proxy and a generator to load at once, in the form that /docs-json serves', () => {
    expect(Buffer.byteLength(JSON.stringify(JSON.parse(committed)))).toBeLessThanOrEqual(300 * 1024);
  });

  it('no reference stands alone in an allOf, and every operation has a description and a refusal of its own', () => {
    expect(committed).not.toMatch(/"allOf": \[\s+\{\s+"\$ref": "[^"]+"\s+\}\s+\]/);
    for (const { name, description, responses } of operations) {
      expect([name, description]).toEqual([name, expect.stringMatching(/\S/)]);
      expect([name, Object.keys(responses)]).toEqual([name, expect.arrayContaining([expect.stringMatching(/^4/)])]);
    }
  });

  it('every operation has one name usable as a method, a summary and a group', () => {
    expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(operations.length);
    for (const { name, operationId, summary, tags } of operations) {
      expect([name, operationId]).toEqual([name, expect.stringMatching(/^[a-z][A-Za-z]+$/)]);
      expect([name, summary]).toEqual([name, expect.stringMatching(/\S/)]);
      expect([name, tags?.filter((tag) => document.tags.some((known: any) => known.name === tag))]).toEqual([
        name,
        [expect.any(String)],
      ]);
    }
  });

  it('every response has a description and a body, and every refusal is a problem', () => {
    for (const { name, responses } of operations) {
      expect(Object.keys(responses).filter((status) => status.startsWith('2'))).toHaveLength(1);
      for (const [status, { description, content }] of Object.entries(responses)) {
        const about = `${name} ${status}`;
        expect([about, description]).toEqual([about, expect.stringMatching(/\S/)]);
        if (Number(status) >= 400)
          expect([about, content]).toEqual([
            about,
            {
              'application/problem+json': {
                schema: { $ref: '#/components/schemas/Problem' },
                examples: expect.anything(),
              },
            },
          ]);
        else if (about === 'GET /metrics 200')
          expect([about, content]).toEqual([about, { 'text/plain': { schema: { type: 'string' } } }]);
        else if (status === '204' || /^POST \/api\/admin\/.* 202$/.test(about))
          expect([about, content]).toEqual([about, undefined]);
        else
          expect([about, content?.['application/json']?.schema]).toEqual([about, { $ref: expect.stringMatching(/./) }]);
      }
    }
  });

  it.each([
    ...['auth/sign-up', 'auth/sign-up/resend', 'auth/login-id/check', 'auth/login-id/send-code'],
    ...['auth/password-reset/send-code', 'auth/password-reset', 'members/me/password', 'members/me/email/send-code'],
    ...['auth/login', 'auth/login/passkey', 'auth/login/passkey/options', 'auth/login/mfa/passkey/options'],
  ])('POST /api/%s lists too_many_requests, because the client address is limited', (where) => {
    const { responses } = operations.find(({ name }) => name === `POST /api/${where}`)!;
    expect((responses['429']!.content!['application/problem+json'] as any).examples).toHaveProperty(
      'too_many_requests',
    );
  });

  it('it uses whole numbers only, so that no generator turns a duration into a fraction', () => {
    expect(committed).not.toContain('"type": "number"');
  });

  it('the response with the login ID always has a token to reset the password', () => {
    expect(document.components.schemas.FoundLoginIdResponse.required).toContain('resetToken');
  });

  it('RS-09 an introspected token may have attributes, and claims that the token hook added', () => {
    const { properties, additionalProperties } = document.components.schemas.IntrospectionResponse;
    expect([properties.attributes.type, additionalProperties]).toEqual(['object', true]);
  });

  it.each(['LoginOutcome', 'CompletedLogin'])('a program can tell the outcomes of a login apart (%s)', (name) => {
    const { discriminator, oneOf } = document.components.schemas[name];
    expect(discriminator.propertyName).toBe('status');
    for (const { $ref } of oneOf) {
      const schema = document.components.schemas[$ref.split('/').at(-1)];
      expect(schema.required).toContain('status');
      for (const status of schema.properties.status.enum) expect(discriminator.mapping[status]).toBe($ref);
    }
  });
});

describe('examples in Swagger UI', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await TestApp.shared();
  });
  afterAll(() => app.stop());

  it('a sign-up and a login need only the mailed code', async () => {
    // Other tests mail the address of the example. With its own address, this test reads only its own mail.
    const signUp = { ...exampleOf('/api/auth/sign-up'), email: unique.email() };
    const inbox = mailbox.to(signUp.email);
    const { body: answer } = await app.post('/api/auth/sign-up', signUp).expect(202);
    const { code } = await inbox.next();
    const confirmation = { ...exampleOf('/api/auth/sign-up/confirm-code'), signUpId: answer.signUpId, code };
    const { body: tokens } = await app.post('/api/auth/sign-up/confirm-code', confirmation).expect(200);
    await app.post('/api/auth/login', exampleOf('/api/auth/login')).expect(200);
    await app.post('/api/members/me/password', exampleOf('/api/members/me/password'), tokens.accessToken).expect(204);
  });

  it('the server accepts every example', async () => {
    const admin = await givenAdmin(app);
    const tokens: Record<string, string> = {
      access: admin.accessToken,
      refresh: admin.refreshToken,
      reset: await resetTokenFor(app, admin),
      apiKey: (await givenApiKey(app, SCOPES)).key,
    };
    for (const { name, requestBody, security = [] } of operations) {
      const [method = '', where = ''] = name.split(' ');
      const scheme = security.flatMap(Object.keys).find((known) => known in tokens);
      const token = scheme && tokens[scheme];
      const path = where.replace(/\{\w+\}/g, randomUUID());
      const { example, examples = {} } = requestBody?.content['application/json'] ?? {};
      for (const body of [...(example ? [example] : []), ...Object.values(examples).map(({ value }) => value)]) {
        if (token === undefined) {
          const { status, body: answer } = await app.request(method, path, { body });
          expect([name, status, answer?.errors]).not.toEqual([name, 422, expect.anything()]);
        } else {
          // The only error is a field too many. It shows that the token was accepted, and keeps the
          // operation from changing anything.
          const { body: answer } = await app.request(method, path, { body: { ...body, tooMany: 1 }, token });
          expect([name, answer]).toMatchObject([name, { errors: [{ field: 'tooMany', code: 'unknown_field' }] }]);
        }
      }
    }
  });

  it('the served document equals the file in the repository, which holds the examples', async () => {
    const { body } = await app.get('/docs-json').expect(200);
    expect(body).toEqual(document);
  });
});

describe('parameters', () => {
  let app: TestApp;
  let admin: GivenAdmin;
  let apiKey: string;
  beforeAll(async () => {
    app = await TestApp.shared();
    admin = await givenAdmin(app);
    ({ key: apiKey } = await givenApiKey(app, SCOPES));
  });
  afterAll(() => app.stop());

  const AGENTS = ['en', 'ko', 'ko-KR,ko;q=0.9,en-US;q=0.8,en;q=0.7', '*', 'fr-CH, fr;q=0.9', 'ko_KR', 'x'.repeat(300)];
  const MOMENTS = ['2026-11-22', '2026-11-22T05:37:12Z', '2026-11-22T05:37Z', '2026-11-22T14:37:12.123+09:00'];
  const NO_MOMENTS = ['', 'yesterday', '2026-1-1', '2026-13-01', '2026-11-32', '1764000000', '2026-11-22T05:37:12'];
  const UUID = '4b0f3c1e-6f0d-4c55-9d0a-0f4f3a4f2c11';

  /** Of each parameter: what server and document accept, and what both refuse. */
  const SAMPLES: Record<string, { accepted: string[]; refused: string[] }> = {
    'Accept-Language': { accepted: AGENTS, refused: [] },
    'Audit-Reason': { accepted: ['lost phone', 'x%20y'], refused: ['müde'] },
    DPoP: { accepted: [], refused: [] }, // The token decides; see proof-of-possession.
    id: { accepted: [UUID, UUID.toUpperCase()], refused: ['1', 'me', UUID.slice(1), `${UUID}0`] },
    provider: { accepted: [], refused: [] }, // The configuration decides; see social-login.
    limit: { accepted: ['1', '50', '100'], refused: ['0', '101', '-1', '1.5', 'x', '', 'NaN'] },
    cursor: { accepted: [], refused: ['', 'a b', 'a/b', 'é', 'x'.repeat(2049)] },
    query: {
      accepted: ['ada', 'Ada Lovelace', 'ada@example.com', '김', 'ada\u200b', '\ufeffada\u00a0', 'x'.repeat(254)],
      refused: ['', ' ', 'x'.repeat(255)],
    },
    identifier: {
      accepted: ['ada', 'ada@example.com', 'ａｄａ\u200b', '\ufeffada\u00a0', 'x'.repeat(254)],
      refused: ['', 'x'.repeat(255)],
    },
    'members status': { accepted: ['active', 'disabled', 'closed'], refused: ['', 'open', 'ACTIVE'] },
    role: { accepted: ['member', 'admin'], refused: ['', 'root'] },
    period: { accepted: ['hour', 'day', 'month'], refused: ['', 'year'] },
    memberId: { accepted: [UUID, UUID.toUpperCase()], refused: ['', '1', 'me'] },
    type: { accepted: ['login.failed'], refused: ['', 'login', 'LOGIN.FAILED'] },
    from: { accepted: MOMENTS, refused: NO_MOMENTS },
    to: { accepted: MOMENTS, refused: NO_MOMENTS },
    'outbox status': { accepted: ['pending', 'sent', 'dead'], refused: ['', 'open'] },
    types: {
      accepted: ['member.created', 'member.created,member.erased'],
      refused: ['', 'member', 'member.created,', 'member.created member.erased'],
    },
    'events after': { accepted: ['latest'], refused: ['', '7', 'first', '1.a b', `${'9'.repeat(19)}.a`] },
    'revocations after': { accepted: ['0', '1764000000'], refused: ['', 'x', '-1', '1.5', '1'.repeat(13)] },
    'deliveries status': { accepted: ['pending', 'sent', 'dead'], refused: ['', 'open'] },
    ...Object.fromEntries(
      ['deliveryId', 'sessionId', 'passkeyId', 'identityId'].map((id) => [
        id,
        { accepted: [UUID], refused: ['1', 'me'] },
      ]),
    ),
    includeCurrent: { accepted: ['true', 'false'], refused: ['', '1', 'TRUE'] },
  };

  const ajv = new Ajv({ coerceTypes: true, strict: false });
  formats.default(ajv);

  const parameters = operations.flatMap(({ name, parameters: list = [] }) =>
    list.map((listed: any) => {
      const key = ['status', 'after'].includes(listed.name) ? `${name.split('/').at(-1)} ${listed.name}` : listed.name;
      return { operation: name, key: key as string, parameter: listed };
    }),
  );

  /** Once for each parameter: the same rule serves all operations. */
  const once = [...new Map(parameters.map((entry) => [entry.key, entry])).values()];

  it.each(once)(
    'IV-09 the document and the server accept and refuse the same: $key',
    async ({ operation, key, parameter }) => {
      expect([key, SAMPLES[key]]).toEqual([key, expect.anything()]);
      const isDocumented = ajv.compile({ type: 'object', properties: { value: parameter.schema } });
      const [method = '', path = ''] = operation.split(' ');
      for (const [isAccepted, values] of [
        [true, SAMPLES[key]!.accepted],
        [false, SAMPLES[key]!.refused],
      ] as const)
        for (const value of values) {
          expect([value, isDocumented({ value })]).toEqual([value, isAccepted]);
          const { in: place, name } = parameter;
          const target = path.replace(/\{(\w+)\}/g, (_, part) =>
            place === 'path' && part === name ? encodeURIComponent(value) : UUID,
          );
          const query = place === 'query' ? `?${name}=${encodeURIComponent(value)}` : '';
          const headers = place === 'header' ? { [name.toLowerCase()]: value } : {};
          const token = path.startsWith('/api/integrations/') ? apiKey : admin.accessToken;
          const asksNothing = key === 'includeCurrent' && isAccepted;
          if (asksNothing) continue; // It would end the session; sessions.e2e-spec shows both values.
          const { status } = await app.request(method, target + query, { token, headers });
          // An id of the right form that nothing has, and one of another form, are answered alike.
          if (place === 'query') expect([value, status === 422]).toEqual([value, !isAccepted]);
          else expect([value, status]).not.toEqual([value, isAccepted ? 422 : 200]);
        }
    },
  );
});
