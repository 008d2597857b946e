import { createPublicKey, verify } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '../support/eventually.js';
import { given, unique, type GivenMember } from '../support/factories.js';
import type { HttpAnswer, RequestOptions } from '../support/http-client.js';
import { mailbox } from '../support/mailbox.js';
import { resolvedField, withResolvedParts } from '../support/openapi-fields.js';
import { TEST_PUBLIC_URL } from '../support/server-environment.js';
import { TestApp } from '../support/test-app.js';
import { quarterOf } from '../support/test-length.js';

const SIGN_UP = '/api/auth/sign-up';
const LOGIN = '/api/auth/login';
const CHECK = '/api/auth/login-id/check';
const ME = '/api/members/me';

let app: TestApp;
/** A server on the same database with other settings: Korean first, HS512, no Swagger. */
let other: TestApp;
let ada: GivenMember;
let docs: any;

beforeAll(async () => {
  app = await TestApp.start({ env: { LOG_LEVEL: 'info' } });
  other = await app.replica({
    env: {
      ...{ DEFAULT_LOCALE: 'ko', JWT_ALGORITHM: 'HS512', SWAGGER_ENABLED: 'false', LOG_LEVEL: 'warn' },
      JWT_ISSUER: 'https://example.test/b/accounts',
    },
  });
  ada = await given.member(app);
  docs = withResolvedParts((await app.get('/docs-json').expect(200)).body);
});
afterAll(() => app.stop());

/** Parses the raw response to a request that an HTTP client would not send. */
function parseRaw(raw: string): { status: number; headers: Record<string, string>; text: string } {
  const [head = '', text = ''] = raw.split('\r\n\r\n');
  const [status = '', ...lines] = head.split('\r\n');
  const headers = lines.map((line) => [
    line.slice(0, line.indexOf(':')).toLowerCase(),
    line.slice(line.indexOf(':') + 1).trim(),
  ]);
  return { status: Number(status.split(' ')[1]), headers: Object.fromEntries(headers) as Record<string, string>, text };
}

/** Every operation in the document, with the kinds of token it requires. */
function documentedOperations() {
  return Object.entries<Record<string, any>>(docs.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      method: method.toUpperCase(),
      path: path.replace(/\{\w+\}/g, ada.sessionId),
      name: `${method.toUpperCase()} ${path}`,
      operation,
      schemes: ((operation.security ?? []) as object[]).flatMap((scheme) => Object.keys(scheme)),
    })),
  );
}

/** A body where the method has one, so that only the guard can refuse the request. */
const plainBody = (method: string): RequestOptions => (/POST|PATCH|PUT/.test(method) ? { body: {} } : {});

describe('TR-05 security headers', () => {
  const EXPECTED = {
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    'x-frame-options': 'DENY',
    'strict-transport-security': 'max-age=31536000; includeSubDomains',
    'content-security-policy': "default-src 'none';frame-ancestors 'none';base-uri 'none';form-action 'none'",
  };

  function expectSecured(headers: Record<string, unknown>): void {
    expect(headers).toMatchObject(EXPECTED);
    // No header reveals the software or lets a browser guess a content type.
    for (const name of ['server', 'x-powered-by', 'x-request-id', 'via']) expect(headers).not.toHaveProperty(name);
  }

  const cases: [number, string, () => Promise<HttpAnswer>][] = [
    [200, 'success', () => app.get(ME, ada.accessToken)],
    [202, 'an acknowledgement', () => app.post(SIGN_UP, unique.signUp())],
    [204, 'an empty answer', async () => app.post('/api/auth/logout', {}, (await given.member(app)).accessToken)],
    [400, 'a wrong code', () => app.post(`${SIGN_UP}/confirm-code`, { signUpId: 'A'.repeat(43), code: '000000' })],
    [400, 'malformed JSON', () => app.request('POST', LOGIN, { raw: '{' })],
    [400, 'a query', () => app.post(`${LOGIN}?a=b`, {})],
    [400, 'a malformed path', () => app.get('/api/%E0%A4%A')],
    [401, 'no token', () => app.get(ME)],
    [401, 'a wrong password', () => app.post(LOGIN, { identifier: unique.loginId(), password: 'x' })],
    [403, 'an unknown origin', () => app.post(LOGIN, { identifier: 'ada', password: 'x', transport: 'cookie' })],
    [404, 'no such path', () => app.get('/nope')],
    [404, 'no such session', () => app.delete(`/api/auth/sessions/${ada.id}`, undefined, ada.accessToken)],
    [404, 'another method', () => app.request('PUT', ME, { body: {} })],
    [413, 'a large body', () => app.request('POST', LOGIN, { raw: 'x'.repeat(70_000) })],
    [415, 'a form', () => app.request('POST', LOGIN, { raw: 'a=b', headers: { 'content-type': 'text/plain' } })],
    [415, 'a compressed body', () => app.request('POST', LOGIN, { raw: '{}', headers: { 'content-encoding': 'br' } })],
    [422, 'invalid input', () => app.post(LOGIN, {})],
    [431, 'a large head', () => app.request('GET', ME, { headers: { 'x-large': 'a'.repeat(17_000) } })],
  ];

  it.each(cases)('they are sent with %i for %s', async (status, _, ask) => {
    const answer = await ask();
    expect(answer.status).toBe(status);
    expectSecured(answer.headers);
    const type = answer.headers['content-type'];
    if (status === 204) expect(type).toBeUndefined();
    else expect(type).toBe(`application/${status < 300 ? 'json' : 'problem+json'}; charset=utf-8`);
  });

  it('they are sent with 409', async () => {
    const values = unique.signUp();
    const { body } = await app.post(SIGN_UP, values).expect(202);
    const { linkToken: token } = await mailbox.to(values.email).next();
    const confirm = () => app.post(`${SIGN_UP}/confirm-link`, { token, signUpId: body.signUpId });
    await confirm().expect(200);
    expectSecured((await confirm().expect(409)).headers);
  });

  it('they are sent with 429', async () => {
    const client = app.client();
    await client.post(CHECK, { loginId: unique.loginId() }).expect(200);
    await app.sql.query(`UPDATE rate_limits SET points = 1000000 WHERE key LIKE 'ip-request:%'`);
    const answer = await client.post(CHECK, { loginId: unique.loginId() }).expect(429);
    await app.sql.query(`DELETE FROM rate_limits WHERE key LIKE 'ip-request:%'`);
    expectSecured(answer.headers);
    expect(answer.headers['retry-after']).toBe(String(answer.body.retryAfter));
  });

  it('they are sent with 500, which reveals nothing about the error', async () => {
    await app.sql.query('ALTER TABLE sign_ups RENAME TO sign_ups_away');
    const answer = await app.post(SIGN_UP, unique.signUp());
    await app.sql.query('ALTER TABLE sign_ups_away RENAME TO sign_ups');
    expect([answer.status, answer.body.code]).toEqual([500, 'internal_error']);
    expectSecured(answer.headers);
    expect(answer.text).not.toMatch(/sign_ups|relation|42P01|\.js/);
    // The log holds the details under the request id of the response.
    const line = await eventually('the line in the log', async () =>
      app.logs.find((entry) => entry.includes(answer.body.requestId) && entry.includes('"error"')),
    );
    expect(line).toMatch(/relation .*sign_ups.* does not exist/);
    expect(JSON.parse(line).err.errorCode).toBe('42P01');
    await app.post(SIGN_UP, unique.signUp()).expect(202);
  });

  it('they are sent with OPTIONS, preflight or not', async () => {
    for (const headers of [{}, { origin: 'https://app.example.test', 'access-control-request-method': 'POST' }]) {
      const answer = await app.request('OPTIONS', LOGIN, { headers });
      expect([answer.status, answer.text]).toEqual([204, '']);
      expectSecured(answer.headers);
    }
  });

  it('they are sent with the response to malformed HTTP', async () => {
    const { status, headers, text } = parseRaw(await app.raw('GARBAGE\r\n\r\n'));
    expect(status).toBe(400);
    expectSecured(headers);
    expect(headers['content-type']).toBe('application/problem+json; charset=utf-8');
    expect(JSON.parse(text)).toMatchObject({ status: 400, code: 'bad_request' });
  });

  it.each(['HEAD nope HTTP/1.1\r\n\r\n', 'HEAD / HTTP/1.1\r\nno header\r\n\r\n'])(
    'IV-01 no body follows the response to a malformed HEAD: %j',
    async (request) => {
      const { status, headers, text } = parseRaw(await app.raw(request));
      expect([status, text]).toEqual([400, '']);
      expectSecured(headers);
    },
  );
});

describe('IV-08 a request with several Host headers', () => {
  it.each([
    ['different', 'Host: localhost\r\nHost: evil.test'],
    ['equal', 'Host: localhost\r\nhost: localhost'],
    ['separated', 'Host: localhost\r\nAccept: */*\r\nHOST: localhost'],
  ])('is refused on every path, also where they are %s', async (_, headers) => {
    for (const path of ['/health/live', '/pages/login', '/api/members/me', '/nope']) {
      const answer = parseRaw(await app.raw(`GET ${path} HTTP/1.1\r\n${headers}\r\nConnection: close\r\n\r\n`));
      expect([path, answer.status, JSON.parse(answer.text)]).toMatchObject([path, 400, { code: 'bad_request' }]);
    }
  });
});

describe('TR-01 mailed links', () => {
  const BASE = /^http:\/\/localhost:3000\/pages\/(confirm-sign-up|reset-password)#token=[\w-]{43}$/;
  const EVIL = 'evil.test';

  it('a link begins with the configured address, whatever the headers contain', async () => {
    const tricks: Record<string, string | string[]>[] = [
      ...[EVIL, `${EVIL}:443`, `localhost:3000@${EVIL}`, `localhost.${EVIL}`, `${EVIL}#localhost`, `${EVIL}/`, ''].map(
        (host) => ({ host }),
      ),
      { 'x-forwarded-host': EVIL },
      { 'x-forwarded-host': `${EVIL}, localhost:3000` },
      { 'x-forwarded-host': `localhost:3000, ${EVIL}` },
      { 'x-forwarded-proto': 'https', 'x-forwarded-host': EVIL },
      { 'x-forwarded-port': '8443' },
      { 'x-forwarded-prefix': '/evil' },
      { 'x-forwarded-server': EVIL },
      { forwarded: `for=1.2.3.4;host=${EVIL};proto=https` },
      { 'x-host': EVIL },
      { 'x-http-host-override': EVIL },
      { 'x-original-host': EVIL },
      { 'x-original-url': `http://${EVIL}/` },
      { 'x-rewrite-url': `http://${EVIL}/` },
      { 'x-url-scheme': 'javascript' },
      { 'front-end-https': 'on' },
      { origin: `https://${EVIL}` },
      { referer: `https://${EVIL}/` },
      { 'x-wap-profile': `https://${EVIL}/` },
      { 'cf-connecting-ip': EVIL, 'true-client-ip': EVIL, 'x-real-ip': EVIL },
    ];
    expect(tricks.length).toBeGreaterThanOrEqual(25);
    const results = await Promise.all(
      tricks.map(async (headers) => {
        const values = unique.signUp();
        await app.client({ headers }).post(SIGN_UP, values).expect(202);
        const mail = await mailbox.to(values.email).next();
        return { headers, links: mail.links, names: `${mail.text}${mail.html}`.includes(EVIL) };
      }),
    );
    for (const { headers, links, names } of results) {
      expect([headers, links, names]).toEqual([headers, [expect.stringMatching(BASE)], false]);
    }
  });

  it('a link begins with the configured address even for requests that no ordinary client makes', async () => {
    const heads = [
      (path: string) => `POST http://${EVIL}${path} HTTP/1.1\r\nHost: ${EVIL}`,
      (path: string) => `POST http://${EVIL}${path} HTTP/1.1\r\nHost: localhost`,
      (path: string) => `POST ${path} HTTP/1.1\r\nHost: localhost\r\nHost: ${EVIL}`,
      (path: string) => `POST ${path} HTTP/1.1\r\nHost: ${EVIL}\r\nHost: localhost`,
      (path: string) => `POST ${path} HTTP/1.0`,
    ];
    for (const head of heads) {
      const values = unique.signUp();
      const body = JSON.stringify(values);
      const answer = await app.raw(
        `${head(SIGN_UP)}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`,
      );
      const { status } = parseRaw(answer);
      expect([head('/'), status === 202 || (status >= 400 && status < 500)]).toEqual([head('/'), true]);
      if (status !== 202) continue;
      const mail = await mailbox.to(values.email).next();
      expect([head('/'), mail.links]).toEqual([head('/'), [expect.stringMatching(BASE)]]);
    }
  });

  it('a link in a reset mail begins with the configured address', async () => {
    const [welcome] = await mailbox.to(ada.email).all();
    const client = app.client({ headers: { host: EVIL, 'x-forwarded-host': EVIL, forwarded: `host=${EVIL}` } });
    await client.post('/api/auth/password-reset/send-code', { email: ada.email }).expect(202);
    expect((await mailbox.to(ada.email).next({ after: welcome })).links).toEqual([expect.stringMatching(BASE)]);
  });
});

describe('TR-06 guarded routes', () => {
  const VARIANTS: ((path: string) => string)[] = [
    (path) => path,
    (path) => `${path}/`,
    (path) => `${path}//`,
    (path) => `/${path}`,
    (path) => path.replaceAll('/', '//'),
    (path) => path.replace('/api', '/api/.'),
    (path) => path.replace('/api', '/api/x/..'),
    (path) => path.replace('/api', '/pages/../api'),
    (path) => path.replace('/api', '/pages/..%2fapi'),
    (path) => path.replace('/api', '/health/..;/api'),
    (path) => path.replace('/api/', '/api%2f'),
    (path) => path.replaceAll('/', '%2f').replace('%2f', '/'),
    (path) => path.replaceAll('/', '\\').replace('\\', '/'),
    (path) => path.replace(/[a-z](?=[^/]*$)/, (letter) => `%${letter.charCodeAt(0).toString(16)}`),
    (path) => path.replace(/[a-z](?=[^/]*$)/, (letter) => `%25${letter.charCodeAt(0).toString(16)}`),
    (path) => path.toUpperCase(),
    (path) => path.replace('/api/', '/API/'),
    (path) => path.replace(/\w(?=[^/]*$)/, (letter) => letter.toUpperCase()),
    (path) => `${path};x`,
    (path) => `${path};/`,
    (path) => `${path}.json`,
    (path) => `${path}.`,
    (path) => `${path}%00`,
    (path) => `${path}%20`,
    (path) => `${path}%09`,
    (path) => `${path}%0a`,
    (path) => `${path}?public=true`,
    (path) => `${path}/../../../health/live`,
    (path) => `${path}/health/live`,
    (path) => path.replace('/api', ''),
    (path) => `http://localhost${path}`,
  ];

  it('a route is open with the right token', async () => {
    await app.get(ME, ada.accessToken).expect(200);
    await app.get('/api/auth/sessions', ada.accessToken).expect(200);
  });

  it('no spelling of path or method opens a route without a token', async () => {
    const guarded = documentedOperations().filter(({ schemes }) => schemes.length > 0);
    expect(guarded.map(({ name }) => name)).toEqual(expect.arrayContaining([`GET ${ME}`, `POST ${ME}/password`]));
    const requests = guarded.flatMap(({ method, path }, index) =>
      quarterOf(VARIANTS, index)
        .flatMap((variant) =>
          [...new Set([method, 'GET', 'HEAD', 'POST', 'PUT', 'TRACE'])].map((verb) => ({
            verb,
            path: variant(path),
            headers: {},
          })),
        )
        .concat(
          ['x-http-method-override', 'x-http-method', 'x-method-override'].map((name) => ({
            verb: 'POST',
            path,
            headers: { [name]: method },
          })),
          ['x-original-url', 'x-rewrite-url', 'x-forwarded-prefix'].map((name) => ({
            verb: 'GET',
            path: '/nope',
            headers: { [name]: path },
          })),
        ),
    );
    expect(requests.length).toBeGreaterThan(1000);
    const work = async (): Promise<void> => {
      for (let next = requests.shift(); next; next = requests.shift()) {
        const { verb, path, headers } = next;
        const { status, text } = await app.request(verb, path, { ...plainBody(verb), headers });
        // No `expect` here: each call would take as long as a response.
        if (status < 400 || status >= 500 || text.includes(ada.id))
          throw new Error(JSON.stringify({ verb, path, headers, status, text }));
      }
    };
    await Promise.all(Array.from({ length: 16 }, work));
  });

  it('a GET does not reach a POST route', async () => {
    for (const headers of [{ 'x-http-method-override': 'POST' }, { 'x-http-method': 'POST' }]) {
      const answer = await app.request('GET', '/api/auth/logout', { headers, token: ada.accessToken });
      expect([answer.status, answer.body.code]).toEqual([404, 'not_found']);
    }
    await app.get(ME, ada.accessToken).expect(200);
  });

  it('the guarded routes are exactly those the OpenAPI document lists', async () => {
    for (const { method, path, name, schemes } of documentedOperations()) {
      const { status, body, headers } = await app.request(method, path, plainBody(method));
      if (schemes.length === 0) {
        expect([name, status]).not.toEqual([name, 401]);
      } else {
        expect([name, status, body.code]).toEqual([name, 401, 'token_invalid']);
        expect(headers['www-authenticate']).toMatch(/^Bearer /);
      }
    }
  });
});

describe('unknown address', () => {
  it.each(['/', '/nope', '/api', '/api/', '/api/nope', '/api/auth', '/pages', '/pages/nope', '/.env', '/admin'])(
    '%s is refused with the problem code not_found',
    async (path) => {
      const { body } = await app.get(path).expect(404);
      expect(body).toEqual({
        type: 'urn:munjigi:problem:not_found',
        title: 'Not found',
        detail: 'The requested resource does not exist.',
        status: 404,
        code: 'not_found',
        requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      });
    },
  );

  it('each refusal has its own request id, which the client cannot choose', async () => {
    const chosen = 'chosen-by-the-client';
    const headers = { 'x-request-id': chosen, 'request-id': chosen, 'x-correlation-id': chosen };
    const ids = await Promise.all(
      [1, 2, 3].map(async () => (await app.request('GET', '/nope', { headers })).body.requestId),
    );
    expect(new Set(ids).size).toBe(3);
    expect(ids).not.toContain(chosen);
    expect(app.logs.filter((line) => line.includes(chosen))).toEqual([]);
  });
});

describe('language of a refusal', () => {
  const languageOf = async (target: TestApp, language: string | undefined): Promise<string> => {
    const { body } = await target.request('POST', LOGIN, { body: {}, headers: { 'accept-language': language } });
    expect(body.code).toBe('validation_failed'); // the code is the same in every language
    const texts = [body.title, body.detail, ...body.errors.map(({ message }: { message: string }) => message)];
    const korean = texts.filter((text) => /[가-힣]/.test(text)).length;
    return korean === texts.length ? 'ko' : korean === 0 ? 'en' : 'mixed';
  };

  it.each([
    ['ko', 'ko'],
    ['ko-KR', 'ko'],
    ['KO', 'ko'],
    ['ko-KR,ko;q=0.9,en-US;q=0.8,en;q=0.7', 'ko'],
    ['en-US,en;q=0.9,ko;q=0.8', 'en'],
    ['en;q=0.1, ko;q=0.2', 'ko'],
    ['ko;q=0.1, en;q=0.2', 'en'],
    ['ko;q=0, en', 'en'],
    ['fr-FR, ko;q=0.3', 'ko'],
    ['fr, de;q=0.9', 'en'],
    ['*', 'en'],
    ['ko;q=0', 'en'],
    ['', 'en'],
    [';;;,=q', 'en'],
    ['ko;q=many', 'en'],
    [undefined, 'en'],
  ])('Accept-Language %p is answered in %s', async (header, expected) => {
    expect(await languageOf(app, header)).toBe(expected);
  });

  it('a supported language is found in a long list, but not at the end of an absurdly long one', async () => {
    expect(await languageOf(app, `${'xx,'.repeat(50)}ko`)).toBe('ko');
    expect(await languageOf(app, `${'xx,'.repeat(2000)}ko`)).toBe('en');
  });

  it('the configured language is used when no supported language is requested', async () => {
    expect(await languageOf(other, undefined)).toBe('ko');
    expect(await languageOf(other, 'fr')).toBe('ko');
    expect(await languageOf(other, '*')).toBe('ko');
    expect(await languageOf(other, 'en-GB')).toBe('en');
  });

  it('every kind of refusal is in the requested language', async () => {
    const headers = { 'accept-language': 'ko' };
    const asked: [string, string, RequestOptions][] = [
      ['GET', '/nope', {}],
      ['GET', '/api/%E0%A4%A', {}],
      ['GET', ME, {}],
      ['POST', LOGIN, { raw: '{' }],
      ['POST', LOGIN, { raw: 'x'.repeat(70_000) }],
      ['POST', `${LOGIN}?a=b`, { body: {} }],
      ['POST', LOGIN, { body: { identifier: unique.loginId(), password: 'x' } }],
      ['POST', `${SIGN_UP}/inspect-link`, { body: { token: 'A'.repeat(43) } }],
      ['POST', SIGN_UP, { body: { ...unique.signUp(), password: 'password' } }],
    ];
    for (const [method, path, options] of asked) {
      const { body } = await app.request(method, path, { ...options, headers });
      expect([path, body.title, body.detail]).toEqual([
        path,
        expect.stringMatching(/[가-힣]/),
        expect.stringMatching(/[가-힣]/),
      ]);
    }
  });
});

describe('published keys', () => {
  const JWKS = '/.well-known/jwks.json';

  it('another service verifies an access token with them alone', async () => {
    const { body, headers } = await app.get(JWKS).expect(200);
    expect(headers['content-type']).toBe('application/json; charset=utf-8');
    // As long as `keys rotate` makes the operator wait between publishing a key and using it.
    expect(headers['cache-control']).toBe('public, max-age=300');
    expect(body).toEqual({
      keys: [
        {
          kty: 'EC',
          crv: 'P-256',
          x: expect.stringMatching(/^[\w-]{43}$/),
          y: expect.stringMatching(/^[\w-]{43}$/),
          kid: expect.stringMatching(/^[\w-]{43}$/),
          use: 'sig',
          alg: 'ES256',
        },
      ],
    });
    const [header = '', payload = '', signature = ''] = ada.accessToken.split('.');
    const { alg, kid } = JSON.parse(Buffer.from(header, 'base64url').toString());
    expect([alg, kid]).toEqual(['ES256', body.keys[0].kid]);
    const key = { key: createPublicKey({ key: body.keys[0], format: 'jwk' }), dsaEncoding: 'ieee-p1363' } as const;
    const signed = (text: string) => verify('sha256', Buffer.from(text), key, Buffer.from(signature, 'base64url'));
    expect(signed(`${header}.${payload}`)).toBe(true);
    expect(signed(`${header}.${payload}x`)).toBe(false);
  });

  it('no key is published when access tokens use a shared secret', async () => {
    expect((await other.get(JWKS).expect(200)).body).toEqual({ keys: [] });
  });
});

describe('server metadata', () => {
  const PLACES = ['/.well-known/oauth-authorization-server', '/.well-known/openid-configuration'];

  it('RS-08 leads to keys and algorithms, and claims no OpenID provider', async () => {
    for (const place of PLACES) {
      const { body, headers } = await app.get(place).expect(200);
      expect(headers['cache-control']).toBe('public, max-age=300');
      expect(body).toEqual({
        issuer: TEST_PUBLIC_URL,
        jwks_uri: `${TEST_PUBLIC_URL}/.well-known/jwks.json`,
        id_token_signing_alg_values_supported: ['ES256'],
        introspection_endpoint: `${TEST_PUBLIC_URL}/api/auth/introspect`,
        introspection_endpoint_auth_methods_supported: ['client_secret_basic', 'Bearer'],
        dpop_signing_alg_values_supported: ['ES256', 'EdDSA'],
        response_types_supported: [],
        grant_types_supported: [],
      });
    }
  });

  it('RS-08 for an issuer with a path is served with and without that path after the well-known address, and with no other', async () => {
    for (const place of PLACES) {
      const { body } = await other.get(`${place}/b/accounts`).expect(200);
      expect(body.issuer).toBe('https://example.test/b/accounts');
      expect((await other.get(place).expect(200)).body).toEqual(body);
      for (const path of ['/b', '/b/accounts/', '/b/accounts/x', '/', '/B/accounts'])
        await other.get(`${place}${path}`).expect(404);
      await app.get(`${place}/b/accounts`).expect(404);
    }
  });

  it('RS-08 names no keys where access tokens use a shared secret', async () => {
    const { body } = await other.get(PLACES[0]!).expect(200);
    expect(Object.keys(body)).not.toContain('jwks_uri');
    expect(Object.keys(body)).not.toContain('id_token_signing_alg_values_supported');
  });
});

describe('OpenAPI document', () => {
  it('every operation has one name, a summary and a tag', () => {
    const operations = documentedOperations();
    expect(operations.length).toBeGreaterThanOrEqual(26);
    for (const { name, operation } of operations) {
      expect([name, operation.summary, operation.tags]).toEqual([
        name,
        expect.stringMatching(/^\S.{4,}$/),
        [expect.any(String)],
      ]);
    }
    const ids = operations.map(({ operation }) => operation.operationId);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('every refusal code of an operation is listed under its status', () => {
    const codes: string[] = docs.components.schemas.ErrorCode.enum;
    for (const { name, operation, schemes } of documentedOperations()) {
      const statuses = Object.keys(operation.responses);
      expect([name, statuses.filter((status) => status.startsWith('2'))]).toEqual([name, [expect.any(String)]]);
      const needed = [
        ...(operation.requestBody ? ['400', '413', '415', '422', '500', '503'] : []),
        ...(schemes.length > 0 ? ['401', '500', '503'] : []),
      ];
      expect([name, statuses]).toEqual([name, expect.arrayContaining(needed)]);
      for (const status of statuses.filter((one) => Number(one) >= 400)) {
        const { description, content } = operation.responses[status];
        const { schema, examples } = content['application/problem+json'];
        expect(schema).toEqual({ $ref: '#/components/schemas/Problem' });
        expect(Object.keys(examples).length).toBeGreaterThan(0);
        for (const [code, { value }] of Object.entries<{ value: any }>(examples)) {
          expect(codes).toContain(code);
          expect(description).toContain(`\`${code}\``);
          expect([name, value.code, value.status]).toEqual([name, code, Number(status)]);
        }
      }
    }
  });

  it('the three kinds of bearer token are separate schemes', () => {
    const bearer = { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: expect.any(String) };
    expect(docs.components.securitySchemes).toMatchObject({ access: bearer, refresh: bearer, reset: bearer });
    const schemeOf = (name: string) =>
      documentedOperations()
        .find((one) => one.name === name)
        ?.schemes.sort();
    expect(schemeOf(`GET ${ME}`)).toEqual(['access']);
    // The cookie transport is a scheme of its own.
    expect(docs.components.securitySchemes.refreshCookie).toMatchObject({ type: 'apiKey', in: 'cookie' });
    expect(schemeOf('POST /api/auth/refresh')).toEqual(['refresh', 'refreshCookie']);
    expect(schemeOf('POST /api/auth/password-reset')).toEqual(['reset']);
    expect(schemeOf('POST /api/auth/logout')).toEqual(['access', 'refresh', 'refreshCookie']);
    expect(schemeOf(`POST ${LOGIN}`)).toEqual([]);
  });

  it('every request field has a type with an example, description or default, or lists its choices', () => {
    for (const { name, operation } of documentedOperations()) {
      const reference: string | undefined = operation.requestBody?.content['application/json'].schema.$ref;
      if (reference === undefined) continue;
      const { properties } = docs.components.schemas[reference.split('/').at(-1)!];
      for (const [field, described] of Object.entries<any>(properties)) {
        const schema: any = resolvedField(docs, described);
        const isDescribed = (schema.type && (schema.example ?? schema.description ?? schema.default)) ?? schema.enum;
        expect([name, field, isDescribed === undefined]).toEqual([name, field, false]);
      }
    }
  });

  it('Swagger UI shows it and loads nothing from elsewhere', async () => {
    const { headers, text } = await app.get('/docs').expect(200);
    expect(headers['content-type']).toMatch(/^text\/html/);
    const policy = String(headers['content-security-policy']);
    expect(policy).toMatch(/^default-src 'none'; script-src 'self';/);
    expect(text).not.toMatch(/<script(?![^>]*\bsrc=)/); // the policy would not run it
    const sources = [...text.matchAll(/<(?:script|link)[^>]+(?:src|href)="([^"]+)"/g)].map(([, source = '']) => source);
    expect(sources.length).toBeGreaterThanOrEqual(3);
    for (const source of sources) {
      const url = new URL(source, `${app.origin}/docs`);
      expect([source, url.origin]).toEqual([source, app.origin]);
      const asset = await app.get(url.pathname).expect(200);
      expect(asset.headers['content-type']).toMatch(/javascript|css|png/);
      expect(asset.headers['x-content-type-options']).toBe('nosniff');
    }
  });

  it('it can be switched off', async () => {
    for (const path of ['/docs', '/docs/', '/docs-json', '/docs-yaml', '/docs/swagger-ui.css']) {
      expect([path, (await other.get(path)).status]).toEqual([path, 404]);
    }
  });
});

describe('page behind a mailed link', () => {
  const PAGES = [
    ['/pages/confirm-sign-up', 'Confirm your sign-up'],
    ['/pages/reset-password', 'Set a new password'],
  ] as const;

  it.each(PAGES)('%s is available in English and Korean', async (path, title) => {
    const asked: [string, string | undefined, 'en' | 'ko'][] = [
      [path, 'en', 'en'],
      [path, undefined, 'en'],
      [path, 'ko-KR,ko;q=0.9,en;q=0.8', 'ko'],
      [`${path}?lang=ko`, 'en', 'ko'],
      [`${path}?lang=en`, 'ko', 'en'],
      [`${path}?lang=fr`, 'ko', 'ko'],
      [`${path}?lang=ko&lang=en`, 'en', 'en'],
      [`${path}?lang[]=ko`, 'en', 'en'],
      [`${path}?lang=__proto__`, 'en', 'en'],
    ];
    for (const [url, language, expected] of asked) {
      const { status, headers, text } = await app.request('GET', url, { headers: { 'accept-language': language } });
      expect([url, status, headers['content-language']]).toEqual([url, 200, expected]);
      expect(text).toContain(`<html lang="${expected}"`);
      expect(text.includes(`<title>${title}`)).toBe(expected === 'en');
      expect(/<title>[^<]*[가-힣]/.test(text)).toBe(expected === 'ko');
    }
    expect((await other.request('GET', path, { headers: { 'accept-language': undefined } })).text).toContain(
      '<html lang="ko"',
    );
  });

  it.each(PAGES)('%s runs only its own script', async (path, _title) => {
    const { headers, text } = await app.get(path).expect(200);
    expect(headers['content-type']).toBe('text/html; charset=utf-8');
    expect(headers).toMatchObject({
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
    });
    const policy = String(headers['content-security-policy']);
    expect(policy.split('; ').sort()).toEqual([
      "base-uri 'none'",
      "connect-src 'self'",
      "default-src 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
      "img-src 'self' data:", // the QR code of an authenticator app
      "script-src 'self'",
      "style-src 'self'",
    ]);
    // The pages contain nothing that the policy would block.
    expect(text).not.toMatch(/<script(?![^>]*\bsrc=)|<style|\son\w+=|\sstyle=|javascript:/);
    const referred = [...text.matchAll(/<(?:script|link)[^>]+(?:src|href)="([^"]+)"/g)].map(
      ([, source = '']) => source,
    );
    const sources = referred.filter((source) => source !== 'data:,'); // an empty icon, so that browsers request none
    expect(sources.length).toBeGreaterThanOrEqual(2);
    for (const source of sources) {
      const url = new URL(source, app.origin + path);
      expect([source, url.origin]).toEqual([source, app.origin]);
      const asset = await app.get(url.pathname).expect(200);
      expect(asset.headers['content-type']).toMatch(/^text\/(css|javascript); charset=utf-8$/);
      for (const [, imported = ''] of asset.text.matchAll(/^import .* from '([^']+)'/gm)) {
        await app.get(new URL(imported, url).pathname).expect(200);
      }
    }
  });

  it('it shows nothing from its address', async () => {
    for (const [path] of PAGES) {
      const { text: plain } = await app.get(path).expect(200);
      for (const query of ['?token=planted', '?lang="><script>planted</script>', '?next=https://evil.test/planted']) {
        const { text } = await app.get(path + encodeURI(query)).expect(200);
        expect(text).toBe(plain);
      }
    }
  });

  it('it serves only its own files', async () => {
    const names = [
      'package.json',
      '..%2f..%2fpackage.json',
      '..%2fviews%2flayout.hbs',
      '%2e%2e/texts/en.js',
      'tsconfig.json',
    ];
    for (const name of [...names, '__proto__', 'constructor', '']) {
      const { status, text } = await app.get(`/pages/assets/${name}`);
      expect([name, status]).toEqual([name, 404]);
      expect(text).toContain('"not_found"');
    }
  });
});
