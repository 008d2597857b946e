import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PROJECT_ROOT } from '../../dev/project.js';
import { unique } from '../support/factories.js';
import { mailbox } from '../support/mailbox.js';
import { TestApp } from '../support/test-app.js';

interface Operation {
  operationId: string;
  summary?: string;
  tags?: string[];
  requestBody?: { content: Record<string, { example?: object; examples?: Record<string, { value: object }> }> };
  responses: Record<string, { description: string; content?: Record<string, { schema?: object }> }>;
}

/**
 * Programs of their own, which load a compiler and a linter; on a busy machine that takes its time.
 */
const SLOW_MS = 180_000;

const committed = readFileSync(path.join(PROJECT_ROOT, 'openapi.json'), 'utf8');
const document = JSON.parse(committed);
const operations = Object.entries<Record<string, Operation>>(document.paths).flatMap(([where, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ name: `${method.toUpperCase()} ${where}`, ...operation })),
);
/** The example that Swagger UI fills in. */
const exampleOf = (where: string): any => document.paths[where].post.requestBody.content['application/json'].example;

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
    'a validator accepts it',
    async () => {
      const { stdout } = await promisify(execFile)(
        process.execPath,
        [
          ...['--input-type=module', '--eval'],
          `import { createConfig, lintFromString } from '@redocly/openapi-core';
         import { readFileSync } from 'node:fs';
         const config = await createConfig({ extends: ['recommended'] });
         const source = readFileSync('openapi.json', 'utf8');
         const problems = await lintFromString({ source, absoluteRef: 'openapi.json', config });
         console.log(JSON.stringify(problems
           .filter(({ severity }) => severity === 'error')
           .map(({ ruleId, message, location }) => [ruleId, message, location[0]?.pointer])));`,
        ],
        { cwd: PROJECT_ROOT },
      );
      expect(JSON.parse(stdout)).toEqual([]);
    },
    SLOW_MS,
  );

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
    const { responses } = document.paths[`/api/${where}`].post;
    expect(responses['429'].content['application/problem+json'].examples).toHaveProperty('too_many_requests');
  });

  it('it uses whole numbers only, so that no generator turns a duration into a fraction', () => {
    expect(committed).not.toContain('"type": "number"');
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
    // Everybody's address is the example's; with one of its own, no other test's mail is read.
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
    for (const { name, requestBody } of operations) {
      const [method = '', where = ''] = name.split(' ');
      const { example, examples = {} } = requestBody?.content['application/json'] ?? {};
      for (const body of [...(example ? [example] : []), ...Object.values(examples).map(({ value }) => value)]) {
        const { status, body: answer } = await app.request(method, where, { body });
        expect([name, status, answer?.errors]).not.toEqual([name, 422, expect.anything()]);
      }
    }
  });

  it('the served document holds the examples', async () => {
    const { body } = await app.get('/docs-json').expect(200);
    expect(body).toEqual(document);
  });
});
