import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { given, unique, type GivenMember } from '../support/factories.js';
import type { HttpAnswer, HttpClient, PendingAnswer } from '../support/http-client.js';
import { about } from '../support/lifetimes.js';
import { mailbox } from '../support/mailbox.js';
import { TestApp } from '../support/test-app.js';

const LOGIN = '/api/auth/login';
const REFRESH = '/api/auth/refresh';
const LOGOUT = '/api/auth/logout';
const SIGN_UP = '/api/auth/sign-up';

const PAGE = 'https://app.example.test';
/** An app whose pages come from its own package. */
const APP = 'capacitor://localhost';
const OTHER_PAGE = 'http://localhost:5173';
/** The service's own pages; see TEST_PUBLIC_URL. */
const OWN_PAGE = 'http://localhost:3000';
/** Origins of foreign pages or of no page; undefined means no header. */
const FOREIGN = [
  undefined,
  'null',
  '',
  'https://evil.test',
  'http://app.example.test',
  'https://app.example.test.evil.test',
  'https://app.example.test:8443',
  'https://xapp.example.test',
  'https://APP.example.test',
  'https://app.example.test/',
];

interface Cookie {
  value: string;
  attributes: Record<string, string | true>;
}

let app: TestApp;
beforeAll(async () => {
  const env = { CORS_ORIGINS: `${PAGE}, ${OTHER_PAGE}, ${APP}`, CORS_ALLOWED_HEADERS: 'X-App-Version' };
  app = await TestApp.start({ env });
});
afterAll(() => app.stop());

/** The cookies that a response sets, by name; attribute names in lower case. */
function cookiesOf({ headers }: HttpAnswer): Record<string, Cookie> {
  const parsed = (headers['set-cookie'] ?? []).map((line) => {
    const [pair = '', ...attributes] = line.split('; ');
    const at = pair.indexOf('=');
    const entries = attributes.map((attribute) => {
      const [name = '', value] = attribute.split('=');
      return [name.toLowerCase(), value ?? true] as const;
    });
    return [pair.slice(0, at), { value: pair.slice(at + 1), attributes: Object.fromEntries(entries) }] as const;
  });
  return Object.fromEntries(parsed);
}

/** A request as a browser sends it from a page: with an Origin and with cookies. */
function fromPage(
  client: HttpClient,
  path: string,
  {
    body,
    origin,
    cookies = {},
    token,
  }: { body?: object; origin?: string; cookies?: Record<string, string>; token?: string },
): PendingAnswer {
  const cookie = Object.entries(cookies).map(([name, value]) => `${name}=${value}`);
  return client.request('POST', path, {
    body,
    token,
    headers: { origin, cookie: cookie.length > 0 ? cookie.join('; ') : undefined },
  });
}

const credentials = ({ loginId, password }: GivenMember) => ({ identifier: loginId, password, transport: 'cookie' });

/** A member whose browser is signed in by cookie. */
async function signedIn(): Promise<GivenMember & { cookies: Record<string, string>; answer: HttpAnswer }> {
  const ada = await given.member(app);
  const answer = await fromPage(ada.client, LOGIN, { body: credentials(ada), origin: PAGE }).expect(200);
  const cookies = Object.entries(cookiesOf(answer)).map(([name, { value }]) => [name, value]);
  return { ...ada, ...answer.body, answer, cookies: Object.fromEntries(cookies) as Record<string, string> };
}

async function sessionsOf({ id }: GivenMember): Promise<number> {
  const { rowCount } = await app.sql.query('SELECT FROM sessions WHERE member_id = $1 AND ended_at IS NULL', [id]);
  return rowCount!;
}

async function refusal(pending: Promise<HttpAnswer>): Promise<string> {
  const { status, headers, body } = await pending;
  expect(headers['set-cookie']).toBeUndefined();
  return `${status} ${body.code}`;
}

describe('login with cookies', () => {
  it('TR-04 scripts cannot read the long-lived tokens', async () => {
    const { answer } = await signedIn();
    expect(answer.body).toEqual({
      status: 'authenticated',
      tokenType: 'Bearer',
      accessToken: expect.any(String),
      expiresIn: about(600),
      refreshExpiresIn: about(1_209_600),
      sessionId: expect.any(String),
    });
    const own = { path: '/', httponly: true, samesite: 'Strict' };
    // Over plain HTTP a Secure cookie, and so a `__Host-` one, would be dropped by the browser.
    expect(cookiesOf(answer)).toEqual({
      'munjigi-refresh': { value: expect.any(String), attributes: { ...own, 'max-age': about(1_209_600) } },
      'munjigi-device': { value: expect.any(String), attributes: { ...own, 'max-age': '34560000' } },
    });
  });

  it('TR-04 over TLS the cookies are Secure and named __Host-', async () => {
    const ada = await given.member(app);
    const secure = await app.replica({ env: { PUBLIC_URL: 'https://accounts.example.test' } });
    const answer = await fromPage(secure.client(), LOGIN, { body: credentials(ada), origin: PAGE }).expect(200);
    const cookies = cookiesOf(answer);
    expect(Object.keys(cookies).sort()).toEqual(['__Host-munjigi-device', '__Host-munjigi-refresh']);
    for (const { attributes } of Object.values(cookies)) {
      // A `__Host-` cookie with a Domain or another Path would be dropped.
      expect(attributes).toEqual({
        path: '/',
        secure: true,
        httponly: true,
        samesite: 'Strict',
        'max-age': expect.any(String),
      });
    }
    const refreshToken = cookies['__Host-munjigi-refresh']!.value;
    // The name without a prefix is ignored, because a neighbouring host could set it.
    const planted = { 'munjigi-refresh': refreshToken };
    expect(await refusal(fromPage(secure.client(), REFRESH, { cookies: planted, origin: PAGE }))).toBe(
      '401 token_invalid',
    );
    const own = { '__Host-munjigi-refresh': refreshToken };
    await fromPage(secure.client(), REFRESH, { cookies: own, origin: 'https://accounts.example.test' }).expect(200);
  });

  it.each([PAGE, OTHER_PAGE, OWN_PAGE, OWN_PAGE.replace('localhost', '127.0.0.1')])(
    'it works from %s, an allowed origin',
    async (origin) => {
      const ada = await given.member(app);
      const answer = await fromPage(ada.client, LOGIN, { body: credentials(ada), origin }).expect(200);
      expect(Object.keys(cookiesOf(answer))).toContain('munjigi-refresh');
    },
  );

  it('TR-04 any other origin is refused before the password is checked', async () => {
    const ada = await given.member(app);
    for (const origin of FOREIGN) {
      const attempt = fromPage(ada.client, LOGIN, { body: credentials(ada), origin });
      expect([origin, await refusal(attempt)]).toEqual([origin, '403 origin_not_allowed']);
    }
    expect(await sessionsOf(ada)).toBe(1); // the one from the sign-up
    await fromPage(ada.client, LOGIN, { body: credentials(ada), origin: PAGE }).expect(200);
  });

  it('a failed login sets no cookie', async () => {
    const ada = await given.member(app);
    const body = { ...credentials(ada), password: unique.password() };
    expect(await refusal(fromPage(ada.client, LOGIN, { body, origin: PAGE }))).toBe('401 invalid_credentials');
  });

  it('without the cookie transport the tokens come in the body, whatever the origin', async () => {
    const ada = await given.member(app);
    for (const transport of ['body', undefined]) {
      const body = { ...credentials(ada), transport };
      const answer = await fromPage(ada.client, LOGIN, { body, origin: 'https://evil.test' }).expect(200);
      expect(answer.body).toMatchObject({ refreshToken: expect.any(String), deviceToken: expect.any(String) });
      expect(answer.headers['set-cookie']).toBeUndefined();
    }
  });

  it('an unknown transport is refused', async () => {
    const ada = await given.member(app);
    const { body } = await ada.client.post(LOGIN, { ...credentials(ada), transport: 'header' }).expect(422);
    expect(body.errors).toMatchObject([{ field: 'transport', code: 'invalid_value' }]);
  });
});

describe('sign-up confirmed with cookies', () => {
  it.each([
    ['code', 'confirm-code', ({ code, signUpId }: Record<string, unknown>) => ({ code, signUpId })],
    ['link', 'confirm-link', ({ token, signUpId }: Record<string, unknown>) => ({ token, signUpId })],
  ])('confirming by %s signs the browser in from an allowed origin only', async (_, operation, proofOf) => {
    const ada = unique.signUp();
    const client = app.client();
    const { body: signUp } = await client.post(SIGN_UP, ada).expect(202);
    const { code, linkToken } = await mailbox.to(ada.email).next();
    const body = { ...proofOf({ signUpId: signUp.signUpId, code, token: linkToken }), transport: 'cookie' };
    const confirm = (origin?: string) => fromPage(client, `${SIGN_UP}/${operation}`, { body, origin });

    expect(await refusal(confirm())).toBe('403 origin_not_allowed');
    expect(await refusal(confirm('https://evil.test'))).toBe('403 origin_not_allowed');
    // The refusals did not use up the code or the link token.
    const answer = await confirm(PAGE).expect(200);
    expect(answer.body.refreshToken).toBeUndefined();
    expect(answer.body.deviceToken).toBeUndefined();
    const { 'munjigi-refresh': refresh, 'munjigi-device': device } = cookiesOf(answer);
    expect(device).toBeDefined();
    await fromPage(client, REFRESH, { cookies: { 'munjigi-refresh': refresh!.value }, origin: PAGE }).expect(200);
  });
});

describe('refresh by cookie', () => {
  it('the next refresh token comes in the next cookie', async () => {
    const { client, cookies, accessToken } = await signedIn();
    const answer = await fromPage(client, REFRESH, { cookies, origin: PAGE }).expect(200);
    expect(answer.body).toEqual({
      status: 'authenticated',
      tokenType: 'Bearer',
      outcome: 'rotated',
      accessToken: expect.any(String),
      expiresIn: expect.any(Number),
      refreshExpiresIn: expect.any(Number),
      sessionId: expect.any(String),
    });
    expect(answer.body.accessToken).not.toBe(accessToken);
    const next = cookiesOf(answer);
    expect(Object.keys(next)).toEqual(['munjigi-refresh']);
    expect(next['munjigi-refresh']!.value).not.toBe(cookies['munjigi-refresh']);
    const nextCookies = { ...cookies, 'munjigi-refresh': next['munjigi-refresh']!.value };
    const { body } = await fromPage(client, REFRESH, { cookies: nextCookies, origin: PAGE }).expect(200);
    expect(body.outcome).toBe('rotated');
  });

  it('two tabs that refresh at the same moment get the same successor', async () => {
    const { client, cookies } = await signedIn();
    const tabs = await Promise.all([1, 2].map(() => fromPage(client, REFRESH, { cookies, origin: PAGE }).expect(200)));
    expect(tabs.map(({ body }) => body.outcome).sort()).toEqual(['replayed', 'rotated']);
    const [first, second] = tabs.map((tab) => cookiesOf(tab)['munjigi-refresh']!.value);
    expect(first).toBe(second);
  });

  it('TR-04 a foreign origin is refused and changes nothing', async () => {
    const { client, cookies } = await signedIn();
    for (const origin of FOREIGN) {
      for (const body of [undefined, {}]) {
        const attempt = fromPage(client, REFRESH, { cookies, origin, body });
        expect([origin, await refusal(attempt)]).toEqual([origin, '403 origin_not_allowed']);
      }
    }
    const { body } = await fromPage(client, REFRESH, { cookies, origin: PAGE }).expect(200);
    expect(body.outcome).toBe('rotated');
  });

  it('TR-04 the origin is checked even with an Authorization header that holds no refresh token', async () => {
    const { client, cookies } = await signedIn();
    const cookie = `munjigi-refresh=${cookies['munjigi-refresh']}`;
    for (const authorization of ['Basic YWRhOmFkYQ==', 'Bearer', 'x']) {
      const attempt = client.request('POST', REFRESH, { headers: { cookie, authorization } });
      expect([authorization, await refusal(attempt)]).toEqual([authorization, '403 origin_not_allowed']);
    }
  });

  it('a token in the header needs no origin, as from an app', async () => {
    const { client, cookies } = await signedIn();
    const answer = await client.post(REFRESH, undefined, cookies['munjigi-refresh']).expect(200);
    // The session was opened with cookies, so its tokens stay out of bodies.
    expect(answer.body.refreshToken).toBeUndefined();
    expect(Object.keys(cookiesOf(answer))).toEqual(['munjigi-refresh']);
  });

  it('a missing, empty or malformed cookie, or one with an access token, is refused', async () => {
    const { client, accessToken } = await signedIn();
    for (const cookies of [{}, { 'munjigi-refresh': '' }, { 'munjigi-refresh': 'x.y.z' }] as Record<string, string>[]) {
      expect(await refusal(fromPage(client, REFRESH, { cookies, origin: PAGE }))).toBe('401 token_invalid');
    }
    const wrongKind = { 'munjigi-refresh': accessToken };
    expect(await refusal(fromPage(client, REFRESH, { cookies: wrongKind, origin: PAGE }))).toBe('401 token_invalid');
  });

  it('the refresh cookie is not accepted as an access token', async () => {
    const { client, cookies } = await signedIn();
    const cookie = Object.entries(cookies)
      .map(([name, value]) => `${name}=${value}`)
      .join('; ');
    for (const path of ['/api/members/me', '/api/auth/sessions']) {
      const { status } = await client.request('GET', path, { headers: { cookie, origin: PAGE } });
      expect(status).toBe(401);
    }
  });
});

describe('logout by cookie', () => {
  it('it ends the session and deletes the refresh cookie; the device stays known', async () => {
    const ada = await signedIn();
    const answer = await fromPage(ada.client, LOGOUT, { cookies: ada.cookies, origin: PAGE }).expect(204);
    expect(cookiesOf(answer)).toEqual({
      'munjigi-refresh': {
        value: '',
        attributes: { path: '/', httponly: true, samesite: 'Strict', 'max-age': '0' },
      },
    });
    const again = fromPage(ada.client, REFRESH, { cookies: ada.cookies, origin: PAGE });
    expect(await refusal(again)).toBe('401 session_ended');
    await ada.client.get('/api/members/me', ada.accessToken).expect(401);
    await fromPage(ada.client, LOGOUT, { cookies: ada.cookies, origin: PAGE }).expect(204); // a second logout does no harm
  });

  it('TR-04 a foreign origin is refused and the session lives on', async () => {
    const ada = await signedIn();
    for (const origin of FOREIGN) {
      const attempt = fromPage(ada.client, LOGOUT, { cookies: ada.cookies, origin });
      expect([origin, await refusal(attempt)]).toEqual([origin, '403 origin_not_allowed']);
    }
    await ada.client.get('/api/members/me', ada.accessToken).expect(200);
    await fromPage(ada.client, REFRESH, { cookies: ada.cookies, origin: PAGE }).expect(200);
  });

  it('it works with the access token too and deletes the cookie', async () => {
    const { client, cookies, accessToken } = await signedIn();
    const answer = await fromPage(client, LOGOUT, { cookies, token: accessToken, origin: PAGE }).expect(204);
    expect(cookiesOf(answer)['munjigi-refresh']?.attributes['max-age']).toBe('0');
    expect(await refusal(fromPage(client, REFRESH, { cookies, origin: PAGE }))).toBe('401 session_ended');
  });
});

describe('device cookie', () => {
  const devicesOf = async ({ id }: GivenMember): Promise<number> =>
    (await app.sql.query('SELECT FROM devices WHERE member_id = $1', [id])).rowCount!;

  it('it makes the device known at the next login', async () => {
    const ada = await signedIn();
    const before = await devicesOf(ada);
    const { 'munjigi-device': device } = ada.cookies;
    const again = await fromPage(ada.client, LOGIN, {
      body: credentials(ada),
      origin: PAGE,
      cookies: { 'munjigi-device': device! },
    }).expect(200);
    expect(Object.keys(cookiesOf(again))).toEqual(['munjigi-refresh']);
    expect(await devicesOf(ada)).toBe(before);
  });

  it('a missing, forged or foreign device cookie has no effect', async () => {
    const ada = await signedIn();
    const eve = await signedIn();
    const before = await devicesOf(ada);
    for (const device of [undefined, 'A'.repeat(43), eve.cookies['munjigi-device']!]) {
      const cookies: Record<string, string> = device === undefined ? {} : { 'munjigi-device': device };
      const answer = await fromPage(ada.client, LOGIN, { body: credentials(ada), origin: PAGE, cookies }).expect(200);
      expect(cookiesOf(answer)['munjigi-device']?.value).not.toBe(device);
    }
    expect(await devicesOf(ada)).toBe(before + 3);
  });

  it('a login that takes its tokens in the body ignores it', async () => {
    const ada = await signedIn();
    const { 'munjigi-device': device } = ada.cookies;
    const { body } = await fromPage(ada.client, LOGIN, {
      body: { ...credentials(ada), transport: 'body' },
      cookies: { 'munjigi-device': device! },
    }).expect(200);
    expect(body.deviceToken).toEqual(expect.any(String));
  });
});

describe('CORS', () => {
  const preflight = (target: TestApp, origin: string | undefined, path = LOGIN, method = 'POST') =>
    target.request('OPTIONS', path, {
      headers: {
        origin,
        'access-control-request-method': method,
        'access-control-request-headers': 'authorization,content-type',
      },
    });
  /**
   * Without this header a browser does not let the page read the response, and sends no request that
   * needs a preflight.
   */
  const ACAO = 'access-control-allow-origin';

  it.each([PAGE, OTHER_PAGE, APP])('%s may call with cookies', async (origin) => {
    const { status, headers } = await preflight(app, origin);
    expect(status).toBe(204);
    expect(headers).toMatchObject({
      [ACAO]: origin,
      'access-control-allow-credentials': 'true',
      'access-control-max-age': '600',
    });
    expect(headers.vary).toMatch(/\bOrigin\b/i); // otherwise a cache would serve one origin's response to another
    expect(headers['access-control-allow-methods']?.split(/, */)).toEqual(['GET', 'POST', 'PATCH', 'DELETE']);
    expect(headers['access-control-allow-headers']?.toLowerCase().split(/, */)).toEqual([
      ...['authorization', 'content-type', 'accept-language', 'audit-reason', 'dpop'],
      ...['traceparent', 'tracestate', 'baggage', 'sentry-trace', 'x-app-version'],
    ]);

    const answer = await app.request('GET', '/api/members/me', { headers: { origin } });
    expect(answer.status).toBe(401); // the page can read refusals too
    expect(answer.headers[ACAO]).toBe(origin);
    expect(answer.headers['access-control-allow-credentials']).toBe('true');
    expect(answer.headers['access-control-expose-headers']).toMatch(/Retry-After/i);
  });

  it('TR-03 any other origin gets no CORS headers', async () => {
    const tricks = [
      ...['null', '*', '', 'file://', 'about:blank', 'https://', 'https://evil.test', 'app.example.test'],
      ...['http://app.example.test', 'ftp://app.example.test', 'chrome-extension://app.example.test'],
      ...['https://app.example.test:443', 'https://app.example.test:8443', 'https://app.example.test:80'],
      ...['https://app.example.test.', 'https://app.example.test.evil.test', 'https://app.example.testevil.test'],
      ...['https://xapp.example.test', 'https://x.app.example.test', 'https://evil.test/app.example.test'],
      ...['https://evil.test?https://app.example.test', 'https://evil.test#https://app.example.test'],
      ...['https://app.example.test@evil.test', 'https://app.example.test%00.evil.test', 'https://app.example.test/'],
      ...['https://app.example.test/path', 'https://app.example.test,https://evil.test', 'https://appxexample.test'],
      ...['https://app.example.test https://evil.test', 'https://APP.EXAMPLE.TEST', 'HTTPS://app.example.test'],
      ...['https://example.test', 'https://test', 'https://app.example', 'https://app.example.tes'],
      ...['http://localhost', 'http://localhost:3000', 'http://localhost:51730', 'https://localhost:5173'],
      ...['http://127.0.0.1:5173', 'http://[::1]:5173', 'http://localhost.evil.test:5173', 'https://app_example.test'],
    ];
    expect(tricks.length).toBeGreaterThanOrEqual(40);
    for (const origin of tricks) {
      const { headers } = await preflight(app, origin);
      const answer = await app.request('POST', LOGIN, { body: {}, headers: { origin } });
      expect([origin, headers[ACAO], answer.headers[ACAO]]).toEqual([origin, undefined, undefined]);
    }
  });

  it('TR-03 CORS is off when no origin is configured', async () => {
    const closed = await TestApp.shared();
    for (const origin of [PAGE, OWN_PAGE, 'null', 'https://evil.test']) {
      const { headers } = await preflight(closed, origin);
      expect([origin, headers[ACAO], headers['access-control-allow-credentials']]).toEqual([
        origin,
        undefined,
        undefined,
      ]);
    }
    await closed.stop();
  });
});
