import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import {
  memoryStorage,
  MunjigiClient,
  NetworkError,
  ProblemError,
  SignedOutError,
  type ClientEvents,
  type MunjigiOptions,
  type TokenStorage,
} from '../../client/src/index.js';
import { caught } from '../support/caught.js';
import { eventually } from '../support/eventually.js';
import { given, unique, type GivenMember } from '../support/factories.js';
import { mailbox, outboxEmpty } from '../support/mailbox.js';
import { afterCooldown } from '../support/recovery.js';
import { TestApp } from '../support/test-app.js';
import { TokenForge } from '../support/token-forge.js';
import { answered, answerLost, ANY_SERVER, unreachable, FaultyFetch } from '../support/faulty-fetch.js';
import { codeAt } from '../support/second-factor.js';

const REFRESH = 'POST /api/auth/refresh';
const ME = 'GET /api/members/me';
/** The storage key of the client. Several servers and members may share one storage. */
const KEY = `munjigi:session:${ANY_SERVER}`;

const forge = new TokenForge();
let app: TestApp;
beforeAll(async () => {
  app = await TestApp.start();
});
afterAll(() => app.stop());

/** A client with its recorded events. */
interface Device {
  client: MunjigiClient;
  network: FaultyFetch;
  storage: TokenStorage;
  ended: ClientEvents['sessionEnded'][];
  changed: ClientEvents['tokensChanged'][];
  failures: unknown[];
}

const opened: MunjigiClient[] = [];
afterEach(() => {
  for (const client of opened.splice(0)) client.close();
});

function device(storage: TokenStorage = memoryStorage(), options: Partial<MunjigiOptions> = {}): Device {
  const network = new FaultyFetch(app);
  const client = new MunjigiClient({ baseUrl: ANY_SERVER, fetch: network.fetch, storage, locale: 'en', ...options });
  opened.push(client);
  const all: Device = { client, network, storage, ended: [], changed: [], failures: [] };
  client.on('sessionEnded', (event) => all.ended.push(event));
  client.on('tokensChanged', (event) => all.changed.push(event));
  client.on('storageFailed', ({ error }) => all.failures.push(error));
  return all;
}

async function signedIn(
  member: GivenMember,
  storage?: TokenStorage,
  options?: Partial<MunjigiOptions>,
): Promise<Device> {
  const all = device(storage, options);
  await all.client.logIn({ identifier: member.loginId, password: member.password });
  return all;
}

/**
 * A storage with an expired access token. With `unnoticed` the client cannot see that it has
 * expired, as with a wrong clock.
 */
async function expire({ storage }: Device, unnoticed = false): Promise<TokenStorage> {
  const session = JSON.parse((await storage.get(KEY)) ?? '');
  const hourAgo = Math.floor(Date.now() / 1000) - 3600;
  session.accessToken = forge.alter('access', session.accessToken, { iat: hourAgo - 600, exp: hourAgo });
  if (!unnoticed) session.askedAt -= 3_600_000;
  const copy = memoryStorage();
  await copy.set(KEY, JSON.stringify(session));
  return copy;
}

const stored = async (storage: TokenStorage): Promise<any> => JSON.parse((await storage.get(KEY)) ?? 'null');

describe('client library', () => {
  it('signs a member up and stays signed in, also after a restart of the app', async () => {
    const { loginId, email, password } = unique.signUp();
    const values = { loginId, email, password };
    const { client, storage, changed } = device();
    const { signUpId } = await client.signUp.request(values);
    const { code = '' } = await mailbox.to(values.email).next();
    expect(await client.currentSession()).toBeUndefined();
    const answer = await client.signUp.confirmCode({ signUpId, code });
    expect(changed).toEqual([{ sessionId: answer.sessionId }]);

    const later = device(storage);
    expect(await later.client.currentSession()).toEqual({ sessionId: answer.sessionId });
    expect(await later.client.me.get()).toMatchObject({ loginId: values.loginId, email: values.email });
  });

  it('logs in with a second factor if the account has one', async () => {
    const member = await given.member(app);
    const { client } = await signedIn(member);
    const { secret } = await client.totp.enrol({ password: member.password });
    expect((await client.totp.confirm({ code: codeAt(secret) })).recoveryCodes).toHaveLength(10);

    const phone = device();
    const outcome = await phone.client.logIn({ identifier: member.email, password: member.password });
    if (outcome.status !== 'mfa_required') throw new Error(outcome.status);
    expect(await phone.client.currentSession()).toBeUndefined();
    expect(await caught(phone.client.me.get())).toBeInstanceOf(SignedOutError);
    await phone.client.logInSecondFactor({ mfaToken: outcome.mfaToken, code: codeAt(secret, 1) });
    expect(await phone.client.me.get()).toMatchObject({ email: member.email });
  });

  it('recovers a forgotten password and a forgotten login ID', async () => {
    const member = await given.member(app);
    const { client } = device();
    const inbox = mailbox.to(member.email);
    const newest = async () => (await inbox.all()).at(-1);
    const before = await newest();
    const { requestId } = await client.passwordReset.sendCode({ email: member.email });
    const { code = '' } = await inbox.next({ after: before });
    const { resetToken } = await client.passwordReset.confirmCode({ requestId, code });
    const newPassword = unique.password();
    await client.passwordReset.complete({ resetToken, newPassword });
    expect(await caught(client.passwordReset.complete({ resetToken, newPassword }))).toMatchObject({
      code: 'token_invalid',
    });
    expect(await client.logIn({ identifier: member.loginId, password: newPassword })).toMatchObject({
      status: 'authenticated',
    });

    await afterCooldown(app);
    await outboxEmpty(app); // the notifications have arrived
    const earlier = await newest();
    const asked = await client.loginId.sendCode({ email: member.email });
    const mail = await inbox.next({ after: earlier });
    const found = await client.loginId.confirmCode({ requestId: asked.requestId, code: mail.code ?? '' });
    expect(found.maskedLoginId).toContain('***');
  });

  it('lists and ends sessions, and sends the device token from the second login on', async () => {
    const member = await given.member(app);
    const first = await signedIn(member, undefined, { deviceName: 'Kitchen tablet' });
    await first.client.logOut();
    await first.client.logIn({ identifier: member.loginId, password: member.password });
    const list = await first.client.sessions.list();
    expect(list.filter(({ deviceName }) => deviceName === 'Kitchen tablet')).toHaveLength(1);
    const { rows } = await app.sql.query<{ details: any }>(
      `SELECT details FROM security_events WHERE member_id = $1 AND type = 'login.succeeded' ORDER BY id DESC LIMIT 1`,
      [member.id],
    );
    expect(rows[0]?.details).toMatchObject({ newDevice: false });
    const { items } = await first.client.me.securityEvents({ limit: 2 });
    expect(items).toHaveLength(2);
    await first.client.sessions.endOthers();
    expect(await first.client.sessions.list()).toEqual([expect.objectContaining({ current: true })]);
  });

  it('throws errors of the server with code, localised message and field', async () => {
    const { client } = device(memoryStorage(), { locale: () => 'ko' });
    const error = await caught(
      client.signUp.request({ loginId: unique.loginId(), password: unique.password(), email: 'nonsense' }),
    );
    expect(error).toBeInstanceOf(ProblemError);
    expect(error).toMatchObject({ status: 422, code: 'validation_failed', requestId: expect.stringMatching(/-/) });
    expect(error.messageFor('email')).toMatch(/[가-힣]/);
    expect(error.messageFor('password')).toBeUndefined();
    const wrong = await caught(client.logIn({ identifier: 'nobody.here', password: 'x' }));
    expect(wrong).toMatchObject({ code: 'invalid_credentials', status: 401 });
  });
});

describe('client with an expired access token', () => {
  it('a hundred calls at the same time wait for one refresh before they are sent', async () => {
    const before = await signedIn(await given.member(app));
    const { client, network, changed } = device(await expire(before));
    const names = await Promise.all(Array.from({ length: 100 }, () => client.me.get()));
    expect(new Set(names.map(({ id }) => id)).size).toBe(1);
    expect([network.count(REFRESH), network.count(ME), changed.length]).toEqual([1, 100, 1]);
  });

  it('refreshes once for a hundred refused calls if its clock hid that the token had expired', async () => {
    const before = await signedIn(await given.member(app));
    const { client, network } = device(await expire(before, true));
    await Promise.all(Array.from({ length: 100 }, () => client.me.get()));
    expect([network.count(REFRESH), network.count(ME)]).toEqual([1, 200]);
  });

  it('works with a clock that is wrong by a day in either direction', async () => {
    const member = await given.member(app);
    for (const days of [-1, 1]) {
      const real = Date.now;
      Date.now = () => real() + days * 86_400_000;
      try {
        const { client, network } = await signedIn(member);
        await client.me.get();
        await client.me.get();
        expect([network.count(REFRESH), network.count(ME)]).toEqual([0, 2]);
      } finally {
        Date.now = real;
      }
    }
  });

  it('repeats a call only once, and not at all if the token was not the cause', async () => {
    const member = await given.member(app);
    const { client, network } = await signedIn(member);
    const path = 'POST /api/members/me/password';
    const body = { currentPassword: 'not it', newPassword: unique.password() };
    expect(await caught(client.me.changePassword(body))).toMatchObject({ code: 'invalid_credentials' });
    expect([network.count(path), network.count(REFRESH)]).toEqual([1, 0]);

    const refusal = answered(401, {}, JSON.stringify({ code: 'token_invalid' }));
    network.next(ME, refusal).next(ME, refusal);
    expect(await caught(client.me.get())).toMatchObject({ code: 'token_invalid' });
    expect([network.count(ME), network.count(REFRESH)]).toEqual([2, 1]);
    expect(await client.me.get()).toMatchObject({ loginId: member.loginId });
  });

  it('sends its token to other services, and a new one after their 401', async () => {
    const { client, network } = await signedIn(await given.member(app));
    network.next(ME, answered(401));
    const answer = await client.fetch(`${ANY_SERVER}/api/members/me`);
    expect([answer.status, network.count(ME), network.count(REFRESH)]).toEqual([200, 2, 1]);
  });

  it('aborts one call without aborting the refresh that other calls wait for', async () => {
    const before = await signedIn(await given.member(app));
    const { client, network } = device(await expire(before));
    let arrived = (): void => undefined;
    const underway = new Promise<void>((resolve) => (arrived = resolve));
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    network.next(REFRESH, async (deliver) => {
      arrived();
      await held;
      return deliver();
    });
    const leaving = new AbortController();
    const left = caught(client.me.get({ signal: leaving.signal }));
    const stayed = client.me.get();
    await underway;
    leaving.abort(new Error('page left'));
    expect(await left).toMatchObject({ message: 'page left' });
    release();
    await stayed;
    expect([network.count(REFRESH), network.count(ME)]).toEqual([1, 1]);
  });
});

describe('a client during failures', () => {
  it('survives a lost refresh response: a retry gets the same new token', async () => {
    const before = await signedIn(await given.member(app));
    const { client, network, ended, storage } = device(await expire(before));
    const { refreshToken: old } = await stored(storage);
    network.next(REFRESH, answerLost).next(REFRESH, answerLost);
    await Promise.all(Array.from({ length: 20 }, () => client.me.get()));
    expect([network.count(REFRESH), ended]).toEqual([3, []]);
    const { refreshToken, sessionId } = await stored(storage);
    expect(refreshToken).not.toBe(old);
    const { rows } = await app.sql.query('SELECT generation FROM sessions WHERE id = $1', [sessionId]);
    expect(rows).toEqual([{ generation: 1 }]); // rotated once, however often the refresh was repeated
  });

  it('keeps the session while the network, a proxy or the server fails, and recovers afterwards', async () => {
    const before = await signedIn(await given.member(app));
    const { client, network, ended, storage } = device(await expire(before));
    const session = await storage.get(KEY);
    for (let i = 0; i < 4; i++) network.next(REFRESH, unreachable);
    expect(await caught(client.me.get())).toBeInstanceOf(NetworkError);
    network.next(REFRESH, answered(429, { 'retry-after': '60' }));
    expect(await caught(client.me.get())).toMatchObject({ status: 429, retryAfter: 60 });
    network.next(REFRESH, answered(403, {}, JSON.stringify({ code: 'origin_not_allowed' })));
    expect(await caught(client.me.get())).toMatchObject({ status: 403 });
    network.next(REFRESH, answered(401, {}, '<html>Log in to the hotel network</html>'));
    expect(await caught(client.me.get())).toMatchObject({ status: 401, code: 'unknown' });
    expect([ended, await storage.get(KEY)]).toEqual([[], session]);
    network.next(REFRESH, answered(502, {}, '<html>'));
    expect(await client.me.get()).toMatchObject({ id: expect.any(String) });
  });

  it('continues after a restart of the server', async () => {
    const before = await signedIn(await given.member(app));
    const { client, network, ended } = device(await expire(before));
    await app.kill();
    const calls = Promise.all(Array.from({ length: 10 }, () => client.me.get().catch(() => client.me.get())));
    await app.restart();
    await calls.catch(() => undefined);
    expect(await client.me.get()).toMatchObject({ id: expect.any(String) });
    expect(ended).toEqual([]);
    expect(network.count(REFRESH)).toBeGreaterThanOrEqual(1);
  });

  it('retries only GET calls, after the wait that the server demands', async () => {
    const { client, network } = await signedIn(await given.member(app));
    network.next(ME, answered(503, { 'retry-after': '0' })).next(ME, answered(429, { 'retry-after': '0' }));
    expect(await client.me.get()).toMatchObject({ id: expect.any(String) });
    expect(network.count(ME)).toBe(3);
    network.next(ME, answered(503, { 'retry-after': '30' }));
    expect(await caught(client.me.get())).toMatchObject({ status: 503, retryAfter: 30 });
    network.next('PATCH /api/members/me', answered(503, { 'retry-after': '0' }));
    expect(await caught(client.me.update({ name: 'Ada' }))).toMatchObject({ status: 503, retryAfter: 0 });
    expect(network.count('PATCH /api/members/me')).toBe(1);
  });

  it('continues from memory if the storage fails, and reports it', async () => {
    const member = await given.member(app);
    const locked = async (): Promise<never> => {
      throw new Error('the keychain is locked');
    };
    const { client, failures } = device({ get: locked, set: locked, remove: locked });
    await client.logIn({ identifier: member.loginId, password: member.password });
    expect(await client.me.get()).toMatchObject({ loginId: member.loginId });
    await client.logOut();
    expect(failures.length).toBeGreaterThan(2);
    expect(await client.currentSession()).toBeUndefined();
  });
});

describe('end of a session', () => {
  it('on another device is reported once, however many calls fail', async () => {
    const member = await given.member(app);
    const here = await signedIn(member);
    const { sessionId } = (await here.client.currentSession())!;
    await app.delete(`/api/auth/sessions/${sessionId}`, undefined, member.accessToken).expect(204);
    const errors = await Promise.all(Array.from({ length: 50 }, () => caught(here.client.me.get())));
    for (const error of errors) expect(error.code === 'session_ended' || error instanceof SignedOutError).toBe(true);
    expect(here.ended).toEqual([{ sessionId, reason: 'ended', inThisTab: true }]);
    expect(here.network.count(REFRESH)).toBe(1);
    expect(await here.storage.get(KEY)).toBeNull();
    expect(await caught(here.client.me.get())).toBeInstanceOf(SignedOutError);
    expect(here.ended).toHaveLength(1);
  });

  it('by a reused refresh token is reported as such', async () => {
    const { client, storage, ended, network } = await signedIn(await given.member(app));
    const stolen = await stored(storage);
    const { body: next } = await app.post('/api/auth/refresh', {}, stolen.refreshToken).expect(200);
    await app.post('/api/auth/refresh', {}, next.refreshToken).expect(200);
    network.next(ME, answered(401, {}, JSON.stringify({ code: 'token_expired' })));
    expect(await caught(client.me.get())).toMatchObject({ code: 'token_reused' });
    expect(ended).toEqual([{ sessionId: stolen.sessionId, reason: 'reused', inThisTab: true }]);
  });

  it('by logging out is reported at once, also if the server is unreachable', async () => {
    const { client, network, ended, storage } = await signedIn(await given.member(app));
    const { accessToken, sessionId } = await stored(storage);
    network.next('POST /api/auth/logout', unreachable);
    expect(await caught(client.logOut())).toBeInstanceOf(NetworkError);
    expect(ended).toEqual([{ sessionId, reason: 'logged-out', inThisTab: true }]);
    expect(await storage.get(KEY)).toBeNull();
    await app.get('/api/members/me', accessToken).expect(200); // the server was not reached
    await client.logOut();
    expect(ended).toHaveLength(1);
  });

  it('by logging out takes precedence over a refresh in progress', async () => {
    const before = await signedIn(await given.member(app));
    const { client, network, storage, ended } = device(await expire(before));
    let loggedOut: Promise<void> | undefined;
    network.next(REFRESH, async (deliver) => {
      const answer = await deliver();
      loggedOut = client.logOut();
      await loggedOut;
      return answer;
    });
    expect(await caught(client.me.get())).toBeInstanceOf(SignedOutError);
    expect([ended.length, await storage.get(KEY)]).toEqual([1, null]);
  });
});

describe('several clients with one storage, like tabs of a browser without locks', () => {
  /** A shared storage, like `localStorage` for tabs. */
  const shared = (): TokenStorage => ({ ...memoryStorage(), isShared: true });

  async function tabs(count: number): Promise<{ tabs: Device[]; member: GivenMember }> {
    const member = await given.member(app);
    const storage = shared();
    const all = Array.from({ length: count }, () => device(storage));
    await all[0]!.client.logIn({ identifier: member.loginId, password: member.password });
    for (const { changed } of all) await eventually('the news', async () => (changed.length === 1 ? true : undefined));
    return { tabs: all, member };
  }

  it('are signed in together', async () => {
    const { tabs: all, member } = await tabs(3);
    for (const { client } of all) expect(await client.me.get()).toMatchObject({ loginId: member.loginId });
    expect(all.map(({ network }) => network.count(REFRESH))).toEqual([0, 0, 0]);
  });

  it('refresh at the same moment and stay signed in', async () => {
    const { tabs: all, member } = await tabs(3);
    for (const { network } of all) network.next(ME, answered(401, {}, JSON.stringify({ code: 'token_expired' })));
    const profiles = await Promise.all(all.map(({ client }) => client.me.get()));
    expect(profiles.map(({ loginId }) => loginId)).toEqual(Array(3).fill(member.loginId));
    for (const { client, ended } of all) {
      await client.me.get();
      expect(ended).toEqual([]);
    }
  });

  it('use the newer tokens of another tab if the server refuses their own', async () => {
    const { tabs: all } = await tabs(2);
    const [winner, loser] = all as [Device, Device];
    const { sessionId } = (await winner.client.currentSession())!;
    loser.network.next(ME, answered(401, {}, JSON.stringify({ code: 'token_expired' }))).next(REFRESH, async () => {
      // The other tab refreshes while this request is on its way. This request arrives after the grace period.
      winner.network.next(ME, answered(401, {}, JSON.stringify({ code: 'token_expired' })));
      await winner.client.me.get();
      return new Response(JSON.stringify({ code: 'token_reused' }), { status: 401 });
    });
    expect(await loser.client.me.get()).toMatchObject({ id: expect.any(String) });
    expect([winner.ended, loser.ended]).toEqual([[], []]);
    expect(await winner.client.currentSession()).toEqual({ sessionId });
  });

  it('are signed out together, each with one event', async () => {
    const { tabs: all } = await tabs(3);
    await all[1]!.client.logOut();
    for (const { ended } of all) await eventually('the end', async () => (ended.length > 0 ? true : undefined));
    expect(all.map(({ ended }) => ended.map(({ inThisTab }) => inThisTab))).toEqual([[false], [true], [false]]);
    for (const { client, ended } of all) {
      expect(await caught(client.me.get())).toBeInstanceOf(SignedOutError);
      expect(ended).toHaveLength(1);
    }
  });
});
