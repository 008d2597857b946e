import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { PROJECT_ROOT } from '../../dev/project.js';
import { newSigner } from '../../test/support/client-signer.js';
import { Device } from '../src/device.js';
import { memoryStorage, MunjigiClient } from '../src/index.js';
import { OPERATIONS } from '../src/responses.js';
import type { SessionStore } from '../src/session-store.js';
import { BASE_URL, FakeServer, json, problem, tokens } from './fake-server.js';

interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly properties?: object;
}

interface Operation {
  readonly requestBody?: { readonly content: { readonly 'application/json': { readonly schema: Schema } } };
}

interface Document {
  readonly paths: Record<string, { readonly post?: Operation }>;
  readonly components: { readonly schemas: Record<string, Schema> };
}

const FIELDS = ['binding', 'deviceName', 'transport', 'deviceToken'];
/** Continues an open session, which already has its transport and key. `Refresh` sends this request, without `Device`. */
const REFRESH = '/api/auth/refresh';
/** Opens no session itself, but takes the fields for the one that `complete` opens. */
const SOCIAL_START = '/api/auth/social/{provider}/start';

const document = JSON.parse(readFileSync(path.join(PROJECT_ROOT, 'openapi.json'), 'utf8')) as Document;

/** The fields about the device in the schema of a request. */
function takenBy(operation: string): string[] {
  const schema = document.paths[operation]?.post?.requestBody?.content['application/json'].schema;
  const named = schema?.$ref === undefined ? schema : document.components.schemas[schema.$ref.split('/').at(-1)!];
  if (named?.type !== 'object') throw new Error(`POST ${operation} has a request that this test cannot read`);
  return Object.keys(named.properties ?? {})
    .filter((name) => FIELDS.includes(name))
    .sort();
}

describe('the fields about the device', () => {
  const opening = Object.entries(OPERATIONS)
    .filter(([, answer]) => /\b(Token|Refresh)Response\b/.test(answer))
    .map(([operation]) => operation.replace(/^POST /, ''))
    .filter((operation) => operation !== REFRESH);

  it.each([...opening, SOCIAL_START])('are sent to %s exactly as its request takes them', async (operation) => {
    const store = { readValue: async () => 'token-of-device' } as unknown as SessionStore;
    const device = new Device({ store, storageKey: 'key', deviceName: 'Laptop', transport: 'body' });
    const sent = await device.describe(operation.replace('{provider}', 'kakao'), {}, { binding: 'full' });
    expect(Object.keys(sent as object).sort()).toEqual(takenBy(operation));
  });

  it('leave out a stored token with cookie transport, where the server keeps one in a cookie', async () => {
    const store = { readValue: async () => 'of-body-transport' } as unknown as SessionStore;
    const device = new Device({ store, storageKey: 'key', deviceName: undefined, transport: 'cookie' });
    expect(await device.describe('/api/auth/login', {}, {})).toEqual({ transport: 'cookie' });
  });

  it('belong to no request of another operation', () => {
    const others = Object.entries(document.paths)
      .filter(([operation, { post }]) => post?.requestBody && ![...opening, SOCIAL_START, REFRESH].includes(operation))
      .map(([operation]) => operation);
    expect(others.length).toBeGreaterThan(20);
    expect(others.filter((operation) => takenBy(operation).length > 0)).toEqual([]);
  });
});

describe('a client with a cookie and a fully bound session', () => {
  /** Returns a client, and the bodies that the server gets at this path. */
  function clientFor(operation: string) {
    const bodies: unknown[] = [];
    const server = new FakeServer()
      .on('POST /api/auth/refresh', () => problem(401, 'token_invalid'))
      .on(`POST ${operation}`, ({ body }) => {
        bodies.push(body);
        return json(200, tokens('one', { withRefreshToken: false }));
      });
    const options = { transport: 'cookie', binding: 'full', signer: newSigner(), deviceName: 'Laptop' } as const;
    const client = new MunjigiClient({ baseUrl: BASE_URL, fetch: server.fetch, storage: memoryStorage(), ...options });
    return { client, bodies };
  }

  it('asks for it when an invitation is accepted', async () => {
    const { client, bodies } = clientFor('/api/auth/invitations/accept');
    const body = { token: 't', loginId: 'ada.lovelace', password: 'x' };
    expect(await client.signUp.acceptInvitation(body)).toMatchObject({ sessionId: 'one' });
    expect(bodies).toEqual([{ ...body, binding: 'full', deviceName: 'Laptop', transport: 'cookie' }]);
    client.close();
  });

  it('RB-06 asks for the binding again with the terms that complete a login, and repeats no other field of the login', async () => {
    const { client, bodies } = clientFor('/api/auth/consents');
    const body = { termsToken: 't', consents: [{ id: 'terms', version: '2026-12' }] };
    expect(await client.consents.accept(body)).toMatchObject({ sessionId: 'one' });
    expect(bodies).toEqual([{ ...body, binding: 'full' }]);
    client.close();
  });
});
