import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { keyedDigest } from '../../src/platform/crypto/digest.js';
import { KeyRing } from '../../src/platform/crypto/key-ring.js';
import { eventually } from '../support/eventually.js';
import { given, unique, type GivenMember } from '../support/factories.js';
import type { HttpAnswer, HttpClient } from '../support/http-client.js';
import { about } from '../support/lifetimes.js';
import { resetTokenFor, withoutIdentity } from '../support/recovery.js';
import { expectRefusal } from '../support/refusals.js';
import { REAL_HASH_COST, TEST_SECRET } from '../support/server-environment.js';
import { TestApp } from '../support/test-app.js';
import { allowManyStarts } from '../support/test-length.js';

allowManyStarts();

/** Failed logins that the process `strict` allows from one address. */
const IP_LIMIT = 6;

/** Two processes with the same settings on one database, as behind a load balancer. */
let app: TestApp;
let other: TestApp;
/** A process that allows few failures from one address, and hashes more strongly. */
let strict: TestApp;
/** A process without a trusted proxy. It allows as few failures, and hashes at the cost of production. */
let standard: TestApp;

beforeAll(async () => {
  app = await TestApp.start();
  const costly = { ...REAL_HASH_COST, LOGIN_IP_FAILURE_LIMIT: String(IP_LIMIT) };
  [other, strict, standard] = await Promise.all([
    app.replica(),
    app.replica({ env: { ...costly, ARGON2_TIME_COST: '3', HASH_CONCURRENCY: '2' } }),
    app.replica({ env: { ...costly, TRUSTED_PROXIES: undefined } }),
  ]);
});
afterAll(() => app.stop());

const LOGIN = '/api/auth/login';
const WRONG = 'wrong giraffe 12';

/** A login from a client address that no other test uses. */
function logIn(identifier: string, password: string, more: object = {}, at = app) {
  return at.client().post(LOGIN, { identifier, password, ...more });
}
const rightLogin = ({ loginId, password }: GivenMember, more: object = {}, at = app) =>
  logIn(loginId, password, more, at);

/** Wrong logins one after the other, each from another client address. */
async function failTimes(count: number, identifier: string, more: object = {}): Promise<HttpAnswer[]> {
  const answers: HttpAnswer[] = [];
  for (let i = 0; i < count; i++) answers.push(await logIn(identifier, WRONG, more));
  return answers;
}

/** Counts the audit events of some requests by type and reason. */
async function recorded(answers: HttpAnswer[]): Promise<Record<string, number>> {
  const { rows } = await app.sql.query<{ what: string; times: number }>(
    `SELECT type || coalesce(' ' || (details->>'reason'), '') AS what, count(*)::int AS times
     FROM security_events WHERE request_id = ANY($1) GROUP BY 1`,
    [answers.map(({ body }) => body.requestId)],
  );
  return Object.fromEntries(rows.map(({ what, times }) => [what, times]));
}

const throttleKey = (account: string, deviceId = ''): Buffer =>
  keyedDigest(new KeyRing([TEST_SECRET]).current('login-throttle'), account, deviceId);

/** Sets the number of failures in a row. */
async function setFailures(account: string, failures: number, blockedUntil: Date | 'infinity' | null): Promise<void> {
  await app.sql.query(
    `INSERT INTO login_failures (key, failures, blocked_until, account) VALUES ($1, $2, $3, $4)
     ON CONFLICT (key) DO UPDATE SET failures = excluded.failures, blocked_until = excluded.blocked_until`,
    [throttleKey(account), failures, blockedUntil, throttleKey('account', account)],
  );
}

/** The failures of an account on unknown devices, and the wait in seconds that the last one began. */
async function failuresOf(account: string): Promise<{ failures: number; wait: number | null } | undefined> {
  const { rows } = await app.sql.query(
    `SELECT failures, CASE WHEN blocked_until = 'infinity' THEN 'infinity'::float8
       ELSE extract(epoch FROM blocked_until - updated_at)::float8 END AS wait FROM login_failures WHERE key = $1`,
    [throttleKey(account)],
  );
  return rows[0];
}

/** Ends the wait of an account. */
async function waitOver(account: string): Promise<void> {
  await app.sql.query(`UPDATE login_failures SET blocked_until = now() WHERE key = $1`, [throttleKey(account)]);
}

async function hashOf({ id }: GivenMember): Promise<string> {
  const { rows } = await app.sql.query<{ hash: string }>('SELECT password_hash AS hash FROM members WHERE id = $1', [
    id,
  ]);
  return rows[0]!.hash;
}

describe('login', () => {
  it('accepts the login ID or the address, in any case', async () => {
    const ada = await given.member(app);
    for (const identifier of [
      ada.loginId,
      ada.loginId.toUpperCase(),
      ` ${ada.loginId}  `,
      ada.email,
      ada.email.toUpperCase(),
      ada.email.replace('ada', 'aDa'),
    ]) {
      const { body } = await logIn(identifier, ada.password).expect(200);
      expect(body).toEqual({
        status: 'authenticated',
        tokenType: 'Bearer',
        accessToken: expect.any(String),
        expiresIn: about(600),
        refreshToken: expect.any(String),
        refreshExpiresIn: about(14 * 86_400),
        sessionId: expect.any(String),
        deviceToken: expect.any(String),
      });
      expect((await app.get('/api/members/me', body.accessToken).expect(200)).body.loginId).toBe(ada.loginId);
    }
  });

  it('accepts no other spelling of login ID, address or password', async () => {
    const ada = await given.member(app, { loginId: unique.loginId().replace('ada', 'kay') });
    const identifiers = [
      // A Kelvin sign, which lower-casing turns into a k.
      ada.loginId.replace('k', '\u212a'),
      ada.email.replace('ada', '\u1d2cda'),
      ada.email.replace('.', ''),
      ada.email.replace('@', '+tag@'),
      ada.email.replace('@', '%40'),
      `${ada.loginId}@`,
      `${ada.loginId}'--`,
      '%',
      '*',
    ];
    for (const identifier of identifiers) expectRefusal(await logIn(identifier, ada.password), 'invalid_credentials');
    const { password } = ada;
    const passwords = [password.toUpperCase(), ` ${password}`, `${password} `, password.slice(0, -1), `${password}x`];
    for (const wrong of passwords) expectRefusal(await logIn(ada.loginId, wrong), 'invalid_credentials');
    await rightLogin(ada).expect(200);
  });

  it('EN-05 unknown, wrong, unconfirmed, disabled and throttled logins get the same answer', async () => {
    const unconfirmed = unique.signUp();
    await app.post('/api/auth/sign-up', unconfirmed).expect(202);
    const [known, disabled, waiting, locked] = await Promise.all(Array.from({ length: 4 }, () => given.member(app)));
    await app.sql.query(`UPDATE members SET status = 'disabled' WHERE id = $1`, [disabled!.id]);
    await setFailures(waiting!.id, 10, new Date(Date.now() + 900_000));
    await setFailures(locked!.id, 100, 'infinity');

    const refused: Record<string, [string, string]> = {
      'unknown ID': [unique.loginId(), known!.password],
      'unknown address': [unique.email(), known!.password],
      'neither ID nor address': ['no such thing!', known!.password],
      'reserved ID': ['admin', known!.password],
      'wrong password, by ID': [known!.loginId, WRONG],
      'wrong password, by address': [known!.email, WRONG],
      'unconfirmed, by ID': [unconfirmed.loginId, unconfirmed.password],
      'unconfirmed, by address': [unconfirmed.email, unconfirmed.password],
      'disabled, right password': [disabled!.loginId, disabled!.password],
      'disabled, wrong password': [disabled!.email, WRONG],
      'waiting, right password': [waiting!.loginId, waiting!.password],
      'waiting, wrong password': [waiting!.email, WRONG],
      'locked, right password': [locked!.email, locked!.password],
    };
    const answers = new Map<string, object>();
    for (const [name, credentials] of Object.entries(refused)) {
      answers.set(name, withoutIdentity(await logIn(...credentials)));
    }
    const { status, text } = answers.get('unknown ID') as HttpAnswer;
    expect(status).toBe(401);
    expect(JSON.parse(text)).toMatchObject({ code: 'invalid_credentials' });
    for (const [name, answer] of answers) expect([name, answer]).toEqual([name, answers.get('unknown ID')]);
    await rightLogin(known!).expect(200);
  });

  it('fifty logins at the same moment with the right password all succeed, on two processes', async () => {
    const ada = await given.member(app);
    const answers = await Promise.all(Array.from({ length: 50 }, (_, i) => rightLogin(ada, {}, i % 2 ? app : other)));
    expect(answers.map(({ status }) => status)).toEqual(Array(50).fill(200));
    expect(await failuresOf(ada.id)).toBeUndefined();
  });

  it('FT-08 a login that waits for a locked row does not hold the connections it needs later', async () => {
    const ada = await given.member(app);
    // More devices than connections in the pool. Logins on one device wait for each other, without a
    // connection.
    const devices = await Promise.all(Array.from({ length: 14 }, () => rightLogin(ada)));
    const blocker = await app.sql.connect();
    let logins: Promise<HttpAnswer[]>;
    try {
      await blocker.query('BEGIN');
      await blocker.query('SELECT FROM members WHERE id = $1 FOR UPDATE', [ada.id]);
      // Each waits for the row inside a transaction.
      logins = Promise.all(devices.map(({ body: { deviceToken } }) => rightLogin(ada, { deviceToken })));
      await eventually('ten logins waiting for the row', async () => {
        const { rows } = await app.sql.query<{ waiting: number }>(
          `SELECT count(*)::int AS waiting FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
        );
        return rows[0]!.waiting >= 10 || undefined;
      });
    } finally {
      await blocker.query('COMMIT');
      blocker.release();
    }
    for (const answer of await logins) {
      expect(answer.status).toBe(200);
      expect(answer.body).not.toHaveProperty('deviceToken');
    }
  });

  it('a password that must be changed gives a reset token and no session; afterwards login works as usual', async () => {
    const ada = await given.member(app);
    await app.sql.query('UPDATE members SET must_change_password = true WHERE id = $1', [ada.id]);
    await app.sql.query('DELETE FROM sessions WHERE member_id = $1', [ada.id]);
    expectRefusal(await logIn(ada.loginId, WRONG), 'invalid_credentials');
    const { body } = await rightLogin(ada).expect(200);
    expect(body).toEqual({ status: 'password_change_required', resetToken: expect.any(String), expiresIn: about(600) });
    expect((await app.sql.query('SELECT FROM sessions WHERE member_id = $1', [ada.id])).rowCount).toBe(0);
    expectRefusal(await app.get('/api/members/me', body.resetToken), 'token_invalid');

    const newPassword = unique.password();
    await app.post('/api/auth/password-reset', { newPassword }, body.resetToken).expect(204);
    expectRefusal(
      await app.post('/api/auth/password-reset', { newPassword: unique.password() }, body.resetToken),
      'token_invalid',
    );
    expectRefusal(await rightLogin(ada), 'invalid_credentials');
    expect((await logIn(ada.loginId, newPassword).expect(200)).body.status).toBe('authenticated');
  });
});

describe('guessing at one account', () => {
  it('BF-01 ten wrong passwords from anywhere block the account until the wait is over', async () => {
    const ada = await given.member(app);
    // Login ID and address share one count, over both processes.
    const wrong = [
      ...(await failTimes(6, ada.loginId)),
      ...(await Promise.all([0, 1, 2].map(() => logIn(ada.email, WRONG, {}, other)))),
      ...(await failTimes(3, ada.email.toUpperCase())),
    ];
    for (const answer of wrong) expectRefusal(answer, 'invalid_credentials');
    expect(await recorded(wrong)).toEqual({ 'login.failed password': 10, 'login.throttled': 2 });

    const right = await rightLogin(ada);
    expect(withoutIdentity(right)).toEqual(withoutIdentity(wrong[0]!));
    expect(await recorded([right])).toEqual({ 'login.throttled': 1 });

    await waitOver(ada.id);
    await rightLogin(ada).expect(200);
    // A success resets the count.
    expect(await failuresOf(ada.id)).toBeUndefined();
    await failTimes(9, ada.loginId);
    await rightLogin(ada).expect(200);
  });

  it('BF-01 each further failure doubles the wait, up to fifteen minutes', async () => {
    const ada = await given.member(app);
    await setFailures(ada.id, 9, null);
    const waits: number[] = [];
    for (let i = 0; i < 7; i++) {
      await failTimes(2, ada.loginId); // the second comes during the wait and does not count
      waits.push(Math.round((await failuresOf(ada.id))!.wait!));
      await waitOver(ada.id);
    }
    expect(waits).toEqual([30, 60, 120, 240, 480, 900, 900]);
    expect(await failuresOf(ada.id)).toMatchObject({ failures: 16 });
    await rightLogin(ada).expect(200);
  });

  it('BF-01 a hundred failures in a row lock the account; a known device and a reset still open it', async () => {
    const ada = await given.member(app);
    await setFailures(ada.id, 99, null);
    await failTimes(1, ada.loginId);
    expect((await failuresOf(ada.id))!.wait).toBe(Infinity);
    expectRefusal(await rightLogin(ada), 'invalid_credentials');
    await rightLogin(ada, { deviceToken: ada.deviceToken }).expect(200);
    expectRefusal(await rightLogin(ada), 'invalid_credentials');

    const newPassword = unique.password();
    await app.post('/api/auth/password-reset', { newPassword }, await resetTokenFor(app, ada)).expect(204);
    await logIn(ada.loginId, newPassword).expect(200);
  });

  it('BF-01 the right password of a disabled account starts the same wait as a wrong one, without a mail', async () => {
    const ada = await given.member(app);
    await setFailures(ada.id, 9, null);
    await app.sql.query(`UPDATE members SET status = 'disabled' WHERE id = $1`, [ada.id]);
    const right = await rightLogin(ada);
    expectRefusal(right, 'invalid_credentials');
    expect(await recorded([right])).toEqual({ 'login.failed not_active': 1 });
    const { failures, wait } = (await failuresOf(ada.id))!;
    expect([failures, Math.round(wait!)]).toEqual([10, 30]);
    expect(await recorded([await rightLogin(ada)])).toEqual({ 'login.throttled': 1 });
    const { rows } = await app.sql.query(
      `SELECT status FROM outbox_messages WHERE template = 'login-locked' AND member_id = $1`,
      [ada.id],
    );
    expect(rows).toEqual([{ status: 'withheld' }]);
  });

  it('EN-07 throttling by login ID does not slow logins by address: each submitted identifier has its own queue', async () => {
    const ada = await given.member(app);
    await failTimes(1, ada.loginId);
    const blocker = await app.sql.connect();
    try {
      await blocker.query('BEGIN');
      await blocker.query('SELECT FROM login_failures WHERE key = $1 FOR UPDATE', [throttleKey(ada.id)]);
      const counting = async (): Promise<number> => {
        const { rows } = await app.sql.query<{ count: number }>(
          `SELECT count(*)::int FROM pg_stat_activity
           WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE 'INSERT INTO login_failures%'`,
        );
        return rows[0]!.count;
      };
      const queue = Array.from({ length: 6 }, () => logIn(ada.loginId, WRONG).then((answer) => answer));
      await eventually('the first of the queue is counted', async () => (await counting()) === 1 || undefined);
      queue.push(logIn(ada.email, WRONG).then((answer) => answer));
      // Both logins count in the same row. In a common queue, the login by address would wait
      // for the first six.
      await eventually('another is counted beside it', async () => (await counting()) === 2 || undefined);
      await blocker.query('COMMIT');
      expect((await Promise.all(queue)).map(({ status }) => status)).toEqual(Array(7).fill(401));
    } finally {
      blocker.release();
    }
    expect(await failuresOf(ada.id)).toMatchObject({ failures: 8 });
  });

  it('EN-05 failures count for an unknown account too', async () => {
    const unknown = unique.loginId();
    const answers = await failTimes(12, unknown);
    expect(await recorded(answers)).toEqual({ 'login.failed unknown_identifier': 10, 'login.throttled': 2 });
  });
});

describe('owner of an account under attack', () => {
  it('BF-04 the owner stays logged in and logs in from a known device while the attacker waits', async () => {
    const ada = await given.member(app);
    await failTimes(11, ada.loginId);
    expectRefusal(await rightLogin(ada), 'invalid_credentials');

    await app.get('/api/members/me', ada.accessToken).expect(200);
    await app.post('/api/auth/refresh', undefined, ada.refreshToken).expect(200);
    for (const at of [app, other]) await rightLogin(ada, { deviceToken: ada.deviceToken }, at).expect(200);
    // The owner's success on a known device does not help attackers on other devices.
    expectRefusal(await rightLogin(ada), 'invalid_credentials');
    expect(await failuresOf(ada.id)).toMatchObject({ failures: 10 });
    for (const deviceToken of [(await given.member(app)).deviceToken, 'made-up'])
      expectRefusal(await rightLogin(ada, { deviceToken }), 'invalid_credentials');
  });

  it('BF-04 the owner logs in right after a reset by mail', async () => {
    const ada = await given.member(app);
    await failTimes(11, ada.loginId);
    const newPassword = unique.password();
    await app.post('/api/auth/password-reset', { newPassword }, await resetTokenFor(app, ada)).expect(204);
    await logIn(ada.loginId, newPassword).expect(200);
    expectRefusal(await rightLogin(ada), 'invalid_credentials');
  });

  it('BF-04 a stolen device gives no extra guesses and does not block other devices', async () => {
    const ada = await given.member(app);
    const { body: laptop } = await rightLogin(ada).expect(200);
    const answers = await failTimes(12, ada.loginId, { deviceToken: ada.deviceToken });
    expect(await recorded(answers)).toEqual({ 'login.failed password': 10, 'login.throttled': 2 });
    expectRefusal(await rightLogin(ada, { deviceToken: ada.deviceToken }), 'invalid_credentials');
    await rightLogin(ada, { deviceToken: laptop.deviceToken }).expect(200);
    await rightLogin(ada).expect(200);
  });

  it('BF-05 logins of other members neither help nor harm', async () => {
    const [ada, eve] = await Promise.all([given.member(app), given.member(app)]);
    const attacker = strict.client();
    const eveLogsIn = () => attacker.post(LOGIN, { identifier: eve.loginId, password: eve.password });
    for (let i = 0; i < IP_LIMIT - 1; i++) {
      await attacker.post(LOGIN, { identifier: ada.loginId, password: WRONG }).expect(401);
      await eveLogsIn().expect(200);
    }
    expect(await failuresOf(ada.id)).toMatchObject({ failures: IP_LIMIT - 1 });
    // Eve's logins did not reset the count of the client address either.
    await attacker.post(LOGIN, { identifier: unique.loginId(), password: WRONG }).expect(401);
    await attacker.post(LOGIN, { identifier: ada.loginId, password: WRONG }).expect(429);
    await eveLogsIn().expect(429);
    await rightLogin(eve, {}, strict).expect(200);
    expect(await failuresOf(ada.id)).toMatchObject({ failures: IP_LIMIT - 1 });
  });
});

describe('guessing at many accounts from one address', () => {
  it('BF-06 after 45 failures every guess is refused, for existing and unknown login IDs alike', async () => {
    const [ada, bob] = await Promise.all([given.member(app), given.member(app)]);
    const attacker = app.client();
    const spray = (identifier: string) => attacker.post(LOGIN, { identifier, password: WRONG });
    const statuses: number[] = [];
    for (let i = 0; i < 50; i++) statuses.push((await spray(unique.loginId())).status);
    const evaluated = statuses.indexOf(429);
    expect(evaluated).toBe(45);
    expect(statuses.slice(evaluated)).toEqual(Array(50 - evaluated).fill(429));

    const answers = [await spray(ada.loginId), await spray(bob.email), await spray(unique.loginId())];
    answers.push(await attacker.post(LOGIN, { identifier: ada.loginId, password: ada.password }));
    for (const answer of answers) {
      expect(answer).toMatchObject({
        status: 429,
        body: { code: 'too_many_requests', retryAfter: expect.any(Number) },
      });
      expect(answer.headers['retry-after']).toBe(String(answer.body.retryAfter));
      expect(answer.body.retryAfter).toBeGreaterThan(600);
      expect(answer.body.retryAfter).toBeLessThanOrEqual(900);
      // Some seconds pass between two responses.
      const timeless = ({ status, text }: HttpAnswer) => [
        status,
        text.replace(/"(requestId|retryAfter)":("[^"]+"|\d+)/g, '"$1":0'),
      ];
      expect(timeless(answer)).toEqual(timeless(answers[0]!));
    }
    expect(await failuresOf(ada.id)).toBeUndefined();
    // Another process shares the count of the address; another address has its own.
    expect(
      (await other.client({ ip: attacker.ip }).post(LOGIN, { identifier: ada.loginId, password: WRONG })).status,
    ).toBe(429);
    await rightLogin(ada).expect(200);
    // Sessions from the same address stay.
    await attacker.get('/api/members/me', ada.accessToken).expect(200);
  });

  it('BF-06 simultaneous failures are refused at the same count', async () => {
    const attacker = strict.client();
    const answers = await Promise.all(
      Array.from({ length: 80 }, () => attacker.post(LOGIN, { identifier: unique.loginId(), password: WRONG })),
    );
    const evaluated = answers.filter(({ status }) => status === 401).length;
    expect(evaluated).toBeGreaterThanOrEqual(IP_LIMIT);
    // Two logins run at once. A few more begin before the failures of those two are stored.
    expect(evaluated).toBeLessThan(IP_LIMIT * 4);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(80 - evaluated);
    // Refused guesses do not count against the accounts.
    const { rows } = await app.sql.query(
      `SELECT count(*)::int AS failed FROM security_events WHERE request_id = ANY($1)`,
      [answers.map(({ body }) => body.requestId)],
    );
    expect(rows).toEqual([{ failed: evaluated }]);
  });

  /** The number of checked wrong logins before the first refusal, at most `enough`. */
  async function evaluated(clientOf: (attempt: number) => HttpClient, enough = IP_LIMIT * 2): Promise<number> {
    for (let attempt = 0; attempt < enough; attempt++) {
      const { status } = await clientOf(attempt).post(LOGIN, { identifier: unique.loginId(), password: WRONG });
      if (status === 429) return attempt;
      expect(status).toBe(401);
    }
    return enough;
  }

  it('BF-02 without a trusted proxy the peer address counts, whatever the headers name', async () => {
    const names = ['X-Forwarded-For', 'Forwarded', 'X-Real-IP', 'X-Client-IP', 'CF-Connecting-IP', 'True-Client-IP'];
    const count = await evaluated((attempt) => {
      const ip = `203.0.113.${attempt}`;
      const headers = Object.fromEntries(names.map((name) => [name, name === 'Forwarded' ? `for=${ip}` : ip]));
      return standard.client({ ip, headers });
    });
    expect(count).toBe(IP_LIMIT);
  });

  it('BF-02 with one trusted proxy the rightmost hop counts', async () => {
    const ip = strict.client().ip;
    expect(await evaluated((attempt) => strict.client({ ip: `203.0.113.${attempt}, 10.0.0.1, ${ip}` }))).toBe(IP_LIMIT);
    // The proxy names another client each time: these are many clients, although each claims the
    // same address.
    expect(await evaluated(() => strict.client({ ip: `203.0.113.1, ${strict.client().ip}` }))).toBe(IP_LIMIT * 2);
    const headers = { forwarded: 'for=203.0.113.7', 'x-real-ip': '203.0.113.7' };
    expect(await evaluated(() => strict.client({ headers }))).toBe(IP_LIMIT * 2);

    const ada = await given.member(app);
    const { body } = await strict
      .client({ ip: '203.0.113.1, 198.51.100.7' })
      .post(LOGIN, { identifier: ada.loginId, password: ada.password })
      .expect(200);
    const { items } = (await app.get('/api/auth/sessions', body.accessToken).expect(200)).body;
    expect(items.find(({ current }: any) => current).ip).toBe('198.51.100.7');
  });

  it('BF-02 a whole /64 of IPv6 counts as one client, and no more', async () => {
    const hex = (): string => Math.floor(Math.random() * 0xffff + 1).toString(16);
    const home = `2001:db8:${hex()}:${hex()}`;
    expect(await evaluated((attempt) => strict.client({ ip: `${home}:${hex()}:0:${attempt}:${hex()}` }))).toBe(
      IP_LIMIT,
    );
    expect(await evaluated(() => strict.client({ ip: `${home}::1` }))).toBe(0);
    const neighbours = `2001:db8:${hex()}`;
    expect(await evaluated((attempt) => strict.client({ ip: `${neighbours}:${attempt}::1` }))).toBe(IP_LIMIT * 2);
  });

  it('BF-02 every spelling of an IPv4 address counts as one client', async () => {
    const { ip } = strict.client();
    expect(await evaluated(() => strict.client({ ip }))).toBe(IP_LIMIT);
    expect(await evaluated(() => strict.client({ ip: `::ffff:${ip}` }))).toBe(0);
  });
});

describe('stored password', () => {
  it('PW-06 a login re-hashes it when the configuration asks for more, and never more weakly', async () => {
    const ada = await given.member(standard);
    const before = await hashOf(ada);
    expect(before).toMatch(/^\$argon2id\$v=19\$/);
    expect(before).toMatch(/\bm=19456\b/);
    expect(before).toMatch(/\bt=2\b/);

    expectRefusal(await logIn(ada.loginId, WRONG, {}, strict), 'invalid_credentials');
    expect(await hashOf(ada)).toBe(before);
    await rightLogin(ada, {}, strict).expect(200);
    const after = await hashOf(ada);
    expect(after).toMatch(/\bt=3\b/);

    // The password is the same, so sessions stay, and no other password works.
    await app.get('/api/members/me', ada.accessToken).expect(200);
    await app.post('/api/auth/refresh', undefined, ada.refreshToken).expect(200);
    expectRefusal(await logIn(ada.loginId, WRONG), 'invalid_credentials');
    await rightLogin(ada).expect(200);
    expect(await hashOf(ada)).toBe(after);
  });

  it('PW-06 a tampered hash opens nothing and is refused without absurd cost', async () => {
    const ada = await given.member(standard);
    const genuine = await hashOf(ada);
    const [, , , , salt, hash] = genuine.split('$');
    const withCost = (cost: string): string => `$argon2id$v=19$${cost}$${salt}$${hash}`;
    const tampered = [
      withCost('m=8388608,t=2,p=1'),
      withCost('m=19456,t=1000,p=1'),
      withCost('m=19456,t=2,p=255'),
      withCost('m=99999999,t=99999999,p=1'),
      withCost('m=4294967296,t=2,p=1'),
      withCost('m=1,t=2,p=1'),
      withCost('m=19456,t=0,p=1'),
      withCost('m=19456,t=2,p=0'),
      withCost('m=19456,m=19456,m=19456'),
      withCost('m=19456,t=2'),
      withCost('m=-1,t=2,p=1'),
      genuine.replace('argon2id', 'argon2i'),
      genuine.replace('argon2id', 'argon2d'),
      genuine.replace('v=19', 'v=16'),
      genuine.replace(salt!, ''),
      genuine.replace(salt!, 'AA'),
      genuine.replace(hash!, 'AA'),
      genuine.replace(hash!, ''),
      `${genuine}$${hash}`,
      '$2b$12$WApznUPhDubN0oeveSXHp.Rk0rMNqQvPZ0gZ9fKQ8cJ6y0eVXk5Zu',
      ada.password,
      'x',
      '',
    ];
    for (const stored of tampered) {
      await app.sql.query('UPDATE members SET password_hash = $2 WHERE id = $1', [ada.id, stored]);
      const answer = await rightLogin(ada);
      expect([stored, answer.status, answer.body.code]).toEqual([stored, 401, 'invalid_credentials']);
      await app.sql.query('DELETE FROM login_failures WHERE key = $1', [throttleKey(ada.id)]);
    }
    await app.sql.query('UPDATE members SET password_hash = $2 WHERE id = $1', [ada.id, genuine]);
    await rightLogin(ada).expect(200);
  });
});
