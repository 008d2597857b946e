import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { caught } from '../../test/support/caught.js';
import { memoryStorage, MunjigiClient, SocialLoginError } from '../src/index.js';
import { BASE_URL, FakeServer, json, noContent, problem, tokens, type FakeRequest } from './fake-server.js';

const START = 'POST /api/auth/social/kakao/start';
const COMPLETE = 'POST /api/auth/social/kakao/complete';
const LINK = 'POST /api/members/me/identities';
const CONFIRM = 'POST /api/auth/reauthenticate/social';
const PAGE = 'https://app.example.test/social?tab=1';
const answer = (query: string): string => `${PAGE}&${query}`;

let server: FakeServer;
let sent: FakeRequest['body'][];
let session: Map<string, string>;
let location: { href: string; assign(address: string): void };
let left: string[];
const client = (options = {}) =>
  new MunjigiClient({ baseUrl: BASE_URL, fetch: server.fetch, storage: memoryStorage(), ...options });

beforeEach(() => {
  [sent, session, left] = [[], new Map(), []];
  const note = (reply: () => Response) => (request: FakeRequest) => {
    sent.push(request.body);
    return reply();
  };
  server = new FakeServer()
    .on(
      START,
      note(() =>
        json(200, { authorizationUrl: 'https://kauth.kakao.com/a?state=s1', requestId: 'r1', expiresIn: 600 }),
      ),
    )
    .on(
      COMPLETE,
      note(() => json(200, tokens('from-kakao'))),
    )
    .on('POST /api/auth/login', () => json(200, tokens('from-login')))
    .on(
      LINK,
      note(() => json(201, { id: 'i1', provider: 'kakao', email: null, createdAt: '2026-11-01T00:00:00Z' })),
    );
  location = { href: PAGE, assign: (address) => void left.push(address) };
  define('document', {});
  define('location', location);
  define('history', { state: null, replaceState: (_: unknown, __: string, href: string) => (location.href = href) });
  define('sessionStorage', {
    getItem: (key: string) => session.get(key) ?? null,
    setItem: (key: string, value: string) => void session.set(key, value),
    removeItem: (key: string) => void session.delete(key),
  });
});
afterEach(() => ['document', 'location', 'history', 'sessionStorage'].forEach((name) => define(name, undefined)));

function define(name: string, value: unknown): void {
  Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
}

describe('social login in the client', () => {
  it('leaves for the provider, and the page that it comes back to logs in', async () => {
    const options = { deviceName: 'Laptop', transport: 'cookie' as const };
    await client(options).social.redirect('kakao', { redirectUri: PAGE });
    expect([left, sent]).toEqual([
      ['https://kauth.kakao.com/a?state=s1'],
      [{ redirectUri: PAGE, transport: 'cookie' }],
    ]);
    location.href = answer('code=c1&state=s1&iss=https%3A%2F%2Fkauth.kakao.com');
    const { social } = client(options); // the page was left in between
    expect(social.isAnswer()).toBe(true);
    expect((await social.complete()).status).toBe('authenticated');
    expect(sent[1]).toEqual({
      ...{ requestId: 'r1', code: 'c1', state: 's1', iss: 'https://kauth.kakao.com' },
      deviceName: 'Laptop',
    });
    // Neither the history nor a reload has the answer, and the page keeps its own query.
    expect([location.href, social.isAnswer(), session.size]).toEqual([PAGE, false, 0]);
  });

  it('stays on the page if the call is aborted before the journey begins', async () => {
    const leaving = new AbortController();
    let isAsked = (): void => undefined;
    const asked = new Promise<void>((resolve) => (isAsked = resolve));
    server.on(START, () => {
      isAsked();
      return json(200, { authorizationUrl: 'https://kauth.kakao.com/a?state=s1', requestId: 'r1', expiresIn: 600 });
    });
    // The client still asks which session the cookie holds.
    server.on('POST /api/auth/refresh', async () => {
      await asked;
      leaving.abort(new Error('page left'));
      return problem(401, 'token_invalid');
    });
    const { social } = client({ transport: 'cookie' });
    const error = await caught(social.redirect('kakao', {}, { signal: leaving.signal }));
    expect([error?.message, left, session.size]).toEqual(['page left', [], 0]);
  });

  it.each([
    ['another state', 'code=c1&state=of-an-attacker'],
    ['no state', 'code=c1'],
    ['an error for another journey', 'error=access_denied&state=of-an-attacker'],
  ])('SO-03 sends no answer with %s, and keeps the journey', async (_, query) => {
    const { social } = client();
    await social.start('kakao');
    const error = await caught(social.complete(answer(query)));
    expect(error).toMatchObject({ name: 'SocialLoginError', reason: 'unknown_journey' });
    expect(server.count(COMPLETE)).toBe(0);
    expect((await social.complete(answer('code=c1&state=s1'))).status).toBe('authenticated');
  });

  it('SO-03 completes no journey that this tab has not begun', async () => {
    expect(await caught(client().social.complete(answer('code=c1&state=s1')))).toBeInstanceOf(SocialLoginError);
    expect(server.sent).toEqual([]);
  });

  it.each([
    ['access_denied', 'cancelled'],
    ['user_cancelled_authorize', 'cancelled'],
    ['server_error', 'refused'],
  ])('reports %s as %s', async (code, reason) => {
    const { social } = client();
    await social.start('kakao');
    expect(await caught(social.complete(answer(`error=${code}&state=s1`)))).toMatchObject({ reason, code });
  });

  it.each(['error=access_denied&state=s1', 'code=c1&state=of-an-attacker'])(
    'removes an answer that it does not send from the address of the page (%s)',
    async (query) => {
      const { social } = client();
      await social.start('kakao');
      location.href = answer(query);
      expect(await caught(social.complete())).toBeInstanceOf(SocialLoginError);
      expect([location.href, social.isAnswer()]).toEqual([PAGE, false]);
    },
  );

  it('keeps the journey in memory where the browser blocks the storage', async () => {
    Object.defineProperty(globalThis, 'sessionStorage', {
      configurable: true,
      get: () => {
        throw new Error('blocked');
      },
    });
    const { social } = client();
    await social.start('kakao');
    expect((await social.complete(answer('code=c1&state=s1'))).status).toBe('authenticated');
  });

  it('SO-07 sends an answer once, whatever the server makes of it', async () => {
    server.on(COMPLETE, () => problem(400, 'social_login_failed'));
    const { social } = client();
    await social.start('kakao');
    const address = answer('code=c1&state=s1');
    expect(await caught(social.complete(address))).toMatchObject({ code: 'social_login_failed' });
    expect(await caught(social.complete(address))).toMatchObject({ reason: 'unknown_journey' });
    expect(server.count(COMPLETE)).toBe(1);
  });

  it('links an account, also after the password was asked for first', async () => {
    const munjigi = client();
    await munjigi.logIn({ identifier: 'ada', password: 'x' });
    await munjigi.social.start('kakao');
    server.on(LINK, () => problem(403, 'reauth_required'));
    location.href = answer('code=c1&state=s1');
    expect(await caught(munjigi.social.link())).toMatchObject({ code: 'reauth_required' });
    server.on(LINK, ({ body, token }) => {
      sent.push({ ...body, token });
      return json(201, { id: 'i1', provider: 'kakao', email: null, createdAt: '2026-11-01T00:00:00Z' });
    });
    expect((await munjigi.social.link()).id).toBe('i1');
    const linking = { provider: 'kakao', requestId: 'r1', code: 'c1', state: 's1' };
    expect(sent.at(-1)).toEqual({ ...linking, token: 'access-from-login' });
    expect([location.href, session.size]).toEqual([PAGE, 0]);
  });

  it('SO-70 links no account to a member who logged in after the journey had begun', async () => {
    server.on('POST /api/auth/logout', noContent);
    const munjigi = client();
    await munjigi.logIn({ identifier: 'ada', password: 'x' });
    await munjigi.social.start('kakao');
    await munjigi.logOut();
    server.on('POST /api/auth/login', () => json(200, tokens('of-grace')));
    await munjigi.logIn({ identifier: 'grace', password: 'x' });
    location.href = answer('code=c1&state=s1');
    expect(await caught(munjigi.social.link())).toMatchObject({ reason: 'unknown_journey' });
    expect([server.count(LINK), location.href, session.size]).toEqual([0, PAGE, 0]);
  });

  it('confirms the session of a member by a new login at the provider', async () => {
    server.on(CONFIRM, ({ body, token }) => {
      sent.push({ ...body, token });
      return noContent();
    });
    const munjigi = client();
    await munjigi.logIn({ identifier: 'ada', password: 'x' });
    await munjigi.social.redirect('kakao', { reauthenticate: true });
    expect(sent).toEqual([{ reauthenticate: true }]);
    location.href = answer('code=c1&state=of-an-attacker');
    expect(munjigi.social.isReauthentication()).toBe(false);
    location.href = answer('code=c1&state=s1');
    expect(munjigi.social.isReauthentication()).toBe(true);
    await munjigi.social.reauthenticate();
    const confirmed = { provider: 'kakao', requestId: 'r1', code: 'c1', state: 's1', token: 'access-from-login' };
    expect([sent.at(-1), location.href, session.size]).toEqual([confirmed, PAGE, 0]);
    await munjigi.social.redirect('kakao');
    expect(munjigi.social.isReauthentication(answer('code=c1&state=s1'))).toBe(false);
  });

  it('SO-70 confirms no session that began after the journey', async () => {
    const munjigi = client();
    await munjigi.social.start('kakao', { reauthenticate: true });
    await munjigi.logIn({ identifier: 'ada', password: 'x' });
    const address = answer('code=c1&state=s1');
    expect(await caught(munjigi.social.reauthenticate(address))).toMatchObject({ reason: 'unknown_journey' });
    expect([server.count(CONFIRM), session.size]).toEqual([0, 0]);
  });

  it('keeps the journey in memory where there is no page, as in apps', async () => {
    define('document', undefined);
    const { social } = client({ deviceName: 'Phone' });
    const { authorizationUrl } = await social.start('kakao', { redirectUri: 'com.example.app:/social' });
    expect([authorizationUrl, session.size]).toEqual(['https://kauth.kakao.com/a?state=s1', 0]);
    const outcome = await social.complete('com.example.app:/social?code=c1&state=s1');
    expect(outcome.status).toBe('authenticated');
  });
});
