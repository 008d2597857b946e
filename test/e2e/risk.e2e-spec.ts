import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { given, unique, type GivenMember, type SignUpValues } from '../support/factories.js';
import { eventually } from '../support/eventually.js';
import { randomIp, type HttpAnswer } from '../support/http-client.js';
import { type Mail, mailbox, outboxEmpty } from '../support/mailbox.js';
import { resetTokenFor } from '../support/recovery.js';
import { expectRefusal } from '../support/refusals.js';
import { whileHeld, whileLocked } from '../support/row-changes.js';
import { TestApp } from '../support/test-app.js';
import { decodeToken } from '../support/token-forge.js';
import { allowManyStarts } from '../support/test-length.js';
import { codeAt } from '../support/second-factor.js';

allowManyStarts();

/** Networks of known countries; each test takes its own address. */
const KOREA = '168.126.63';
const KOREA_TOO = '211.231.99';
const JAPAN = '133.11.0';
const AMERICA = '8.8.8';
const GERMANY = '194.25.2';
/** Servers start one after the other, which takes long on a busy machine. */
const SEVERAL_SERVERS_MS = 300_000;
let host = 0;
const inNetwork = (network: string): string => `${network}.${(host++ % 250) + 1}`;

const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';
const UNUSUAL = 'Unusual login';
const NEW_DEVICE = 'New login';
const LOCKED = 'Many failed logins';

let app: TestApp;
/**
 * Servers on the same database with other settings: a session that one server opens is refreshed at
 * another. `strict` also hashes passwords more strongly.
 */
let strict: TestApp;
let dryRun: TestApp;
let blind: TestApp;

beforeAll(async () => {
  app = await TestApp.shared();
  strict = await app.replica({
    env: {
      ...{ RISK_END_SCORE: '80', RISK_ASK_SCORE: '40', RISK_REFRESH_BURST: '4' },
      ...{ ALLOWED_COUNTRIES: 'KR,US', LOGIN_IP_FAILURE_LIMIT: '2' },
      ARGON2_TIME_COST: '2',
    },
  });
  dryRun = await app.replica({ env: { RISK_MODE: 'dry-run', RISK_ASK_SCORE: '31', RISK_END_SCORE: '31' } });
  blind = await app.replica({ env: { GEOIP_DATABASE: '/nowhere/at-all.mmdb', LOG_LEVEL: 'warn' } });
}, SEVERAL_SERVERS_MS);
afterAll(() => app.stop());

interface Device {
  ip: string;
  userAgent?: string;
  deviceToken?: string;
  at?: TestApp;
}

function logIn(member: GivenMember, password: string, { ip, userAgent = '', deviceToken, at = app }: Device) {
  const client = at.client({ ip, headers: { 'user-agent': userAgent } });
  return client.post('/api/auth/login', { identifier: member.loginId, password, deviceToken });
}

function refresh(refreshToken: string, ip: string, at = app) {
  return at.client({ ip }).post('/api/auth/refresh', undefined, refreshToken);
}

/** A member whose device logged in from Korea some time ago. */
async function koreanMember(values: Partial<SignUpValues> = {}, secondsAgo = 30 * 86_400): Promise<GivenMember> {
  const member = await given.member(app, values);
  const { deviceToken } = member;
  const { body } = await logIn(member, member.password, { ip: inNetwork(KOREA), deviceToken }).expect(200);
  await app.sql.query(
    `UPDATE known_networks SET last_seen_at = now() - make_interval(secs => $2) WHERE member_id = $1`,
    [member.id, secondsAgo],
  );
  return { ...member, ...body, deviceToken };
}

interface Assessed {
  at: string;
  outcome: string;
  score: number;
  signals: string[];
  dryRun: boolean;
}

/** Risk entries in the member's security history, oldest first. */
async function assessed(member: GivenMember): Promise<Assessed[]> {
  const { rows } = await app.sql.query<{ details: Omit<Assessed, 'signals'> & { signals: { signal: string }[] } }>(
    `SELECT details FROM security_events WHERE member_id = $1 AND type = 'risk.assessed' ORDER BY id`,
    [member.id],
  );
  return rows.map(({ details }) => ({ ...details, signals: details.signals.map(({ signal }) => signal) }));
}

async function mailsAbout(member: GivenMember, subject: string): Promise<Mail[]> {
  await outboxEmpty(app);
  return (await mailbox.to(member.email).all()).filter((mail) => mail.subject.includes(subject));
}

const failTimes = async (count: number, member: GivenMember, ip?: string): Promise<void> => {
  for (let i = 0; i < count; i++)
    expectRefusal(await logIn(member, 'wrong giraffe 12', { ip: ip ?? randomIp() }), 'invalid_credentials');
};

describe('countries', () => {
  it('SS-02 sessions and the security history show the country, or null for an address without one', async () => {
    const ada = await koreanMember();
    const { body } = await app.get('/api/auth/sessions', ada.accessToken).expect(200);
    expect(body.items.map(({ country }: any) => country)).toEqual(['KR', null]);
    const { body: timeline } = await app.get('/api/members/me/security-events', ada.accessToken).expect(200);
    expect(timeline.items.map(({ type, country }: any) => [type, country])).toEqual([
      ['login.succeeded', 'KR'],
      ['login.succeeded', null],
      ['sign-up.confirmed', null],
    ]);
  });

  it.each([
    ['en', 'Country: South Korea'],
    ['ko', '국가: 대한민국'],
  ] as const)('ML-06 a mail names the country in the member’s language (%s)', async (locale, words) => {
    const ada = await given.member(app, { locale });
    await logIn(ada, ada.password, { ip: inNetwork(KOREA), userAgent: FIREFOX }).expect(200);
    const { text, html } = (await mailbox.to(ada.email).waitForCount(2)).at(-1)!;
    expect(text).toContain(words);
    expect(text).toContain('Firefox');
    expect(text).not.toContain(`${KOREA}.`);
    expect(text).toContain({ en: 'UTC', ko: '한국 시각' }[locale]);
    expect(html).toContain(words.split(': ')[1]);
  });

  it('without a country database logins are still assessed, and only the country is unknown', async () => {
    const ada = await koreanMember();
    const ip = inNetwork(AMERICA);
    const { body: tokens } = await logIn(ada, ada.password, { ip, userAgent: FIREFOX, at: blind }).expect(200);
    const { body } = await blind.client().get('/api/auth/sessions', tokens.accessToken).expect(200);
    expect(new Set(body.items.map(({ country }: any) => country))).toEqual(new Set([null]));
    expect(await assessed(ada)).toMatchObject([{ outcome: 'notify', signals: ['new_device', 'new_network'] }]);
    expect(blind.logs.join('\n')).toContain('GEOIP_DATABASE cannot be read');
  });
});

describe('login', () => {
  it('SS-06 a new device on a new network is mailed about once, without alarm', async () => {
    const ada = await koreanMember();
    const device = { ip: inNetwork(KOREA_TOO), userAgent: FIREFOX };
    const { body } = await logIn(ada, ada.password, device).expect(200);
    expect(await mailsAbout(ada, NEW_DEVICE)).toHaveLength(1);
    await logIn(ada, ada.password, { ...device, deviceToken: body.deviceToken }).expect(200);
    await logIn(ada, ada.password, device).expect(200); // without its device token it looks the same
    expect(await mailsAbout(ada, NEW_DEVICE)).toHaveLength(1);
    expect(await mailsAbout(ada, UNUSUAL)).toHaveLength(0);
    const reasons = {
      at: 'login',
      outcome: 'notify',
      score: 30,
      signals: ['new_device', 'new_network'],
      dryRun: false,
    };
    expect(await assessed(ada)).toEqual([reasons]);
  });

  it('SS-06 a new country is mailed about once, with a link for “it wasn’t me” and no other', async () => {
    const ada = await koreanMember();
    const device = { ip: inNetwork(AMERICA), userAgent: '<script>alert(1)</script>' };
    const { body } = await logIn(ada, ada.password, device).expect(200);
    const [mail, ...more] = await mailsAbout(ada, UNUSUAL);
    expect(more).toEqual([]);
    expect(mail!.text).toContain('a country you have not logged in from before');
    expect(mail!.text).toContain('United States');
    expect(mail!.html).not.toContain('<script');
    expect(mail!.links.filter((link) => !link.includes('/pages/not-me#token='))).toEqual([]);
    for (const secret of [body.accessToken, body.refreshToken, body.deviceToken])
      expect(mail!.raw).not.toContain(secret);
    // The mail about an unusual login replaces the mail about a new device.
    expect(await mailsAbout(ada, NEW_DEVICE)).toHaveLength(0);

    await logIn(ada, ada.password, { ...device, deviceToken: body.deviceToken }).expect(200);
    await logIn(ada, ada.password, device).expect(200);
    expect(await mailsAbout(ada, UNUSUAL)).toHaveLength(1);
    expect(await assessed(ada)).toMatchObject([
      { outcome: 'notify', signals: ['new_device', 'new_network', 'new_country'] },
    ]);
  });

  it('a login from a distant country counts as impossible travel an hour later, but not a day later', async () => {
    const traveller = await koreanMember({}, 86_400);
    await logIn(traveller, traveller.password, { ip: inNetwork(AMERICA), deviceToken: traveller.deviceToken }).expect(
      200,
    );
    expect((await assessed(traveller))[0]!.signals).toEqual(['new_network', 'new_country']);

    const ada = await koreanMember({}, 3600);
    await logIn(ada, ada.password, { ip: inNetwork(AMERICA), deviceToken: ada.deviceToken }).expect(200);
    expect(await assessed(ada)).toMatchObject([
      { outcome: 'ask', score: 80, signals: ['new_network', 'new_country', 'impossible_travel'] },
    ]);
    expect((await mailsAbout(ada, UNUSUAL))[0]!.text).toContain(
      'two countries within less time than the journey takes',
    );
  });

  it('SS-06 a login after five wrong passwords is mailed about, after four it is not', async () => {
    const [ada, grace] = [await given.member(app), await given.member(app)];
    await failTimes(5, ada);
    await failTimes(4, grace);
    for (const member of [ada, grace]) await logIn(member, member.password, { ip: randomIp() }).expect(200);
    expect((await mailsAbout(ada, UNUSUAL)).map(({ text }) => text)).toEqual([
      expect.stringContaining('The correct password was entered after many wrong ones.'),
    ]);
    expect(await mailsAbout(grace, UNUSUAL)).toEqual([]);
    // Failures on unknown devices do not count for a login on a known device.
    const laptop = await given.member(app);
    await failTimes(5, laptop);
    await logIn(laptop, laptop.password, { ip: laptop.client.ip, deviceToken: laptop.deviceToken }).expect(200);
    expect(await assessed(laptop)).toEqual([]);
  });

  it('SS-06 the mail is in Korean for a Korean-speaking member', async () => {
    const ada = await koreanMember({ locale: 'ko' });
    await logIn(ada, ada.password, { ip: inNetwork(GERMANY), deviceToken: ada.deviceToken }).expect(200);
    const [mail] = await mailsAbout(ada, '평소와 다른 로그인');
    expect(mail!.text).toContain('전에 로그인하신 적이 없는 국가입니다.');
    expect(mail!.text).toContain('국가: 독일');
  });

  it('a login that looks like another person’s is refused like a wrong password, recorded and mailed about', async () => {
    const ada = await koreanMember({}, 3600);
    const device = { ip: inNetwork(AMERICA), userAgent: FIREFOX };
    await failTimes(5, ada, device.ip);
    // The same login is refused again.
    for (let i = 0; i < 2; i++) expectRefusal(await logIn(ada, ada.password, device), 'invalid_credentials');
    const [first, ...again] = await assessed(ada);
    expect(again).toEqual([first]);
    expect([first]).toEqual([
      {
        at: 'login',
        outcome: 'end',
        score: 130,
        signals: ['new_device', 'new_network', 'new_country', 'impossible_travel', 'success_after_failures'],
        dryRun: false,
      },
    ]);
    const [mail, ...more] = await mailsAbout(ada, UNUSUAL);
    expect(more).toEqual([]);
    expect(mail!.text).toContain('we blocked this login');
    const { rows } = await app.sql.query(`SELECT FROM sessions WHERE member_id = $1`, [ada.id]);
    expect(rows).toHaveLength(2);
    // The owner logs in on the known device, and anywhere after a reset by mail.
    await logIn(ada, ada.password, { ip: inNetwork(KOREA), deviceToken: ada.deviceToken }).expect(200);
    const newPassword = `${ada.password} anew`;
    await app.post('/api/auth/password-reset', { newPassword }, await resetTokenFor(app, ada)).expect(204);
    await logIn(ada, newPassword, device).expect(200);
  });

  it('two such logins at the same time are both refused', async () => {
    const ada = await koreanMember({}, 3600);
    const device = { ip: inNetwork(AMERICA), userAgent: FIREFOX };
    await failTimes(5, ada, device.ip);
    const answers = await Promise.all([logIn(ada, ada.password, device), logIn(ada, ada.password, device)]);
    for (const answer of answers) expectRefusal(answer, 'invalid_credentials');
    expect((await assessed(ada)).map(({ outcome }) => outcome)).toEqual(['end', 'end']);
  });

  it('BF-13 wrong passwords of strangers do not keep the owner out while abroad', async () => {
    const ada = await koreanMember({}, 3600);
    await failTimes(6, ada);
    await logIn(ada, ada.password, { ip: inNetwork(AMERICA), userAgent: FIREFOX }).expect(200);
    expect(await assessed(ada)).toMatchObject([{ at: 'login', outcome: 'ask', score: 130 }]);
  });

  it('BF-13 the owner’s wrong passwords before a reset do not add to wrong passwords of strangers after it', async () => {
    const ada = await koreanMember({}, 3600);
    const device = { ip: inNetwork(AMERICA), userAgent: FIREFOX };
    await failTimes(5, ada, device.ip);
    expectRefusal(await logIn(ada, ada.password, device), 'invalid_credentials');
    const newPassword = `${ada.password} anew`;
    await app.post('/api/auth/password-reset', { newPassword }, await resetTokenFor(app, ada)).expect(204);
    await failTimes(6, ada);
    await logIn(ada, newPassword, device).expect(200);
    expect((await assessed(ada)).map(({ outcome }) => outcome)).toEqual(['end', 'ask']);
    expect((await assessed(ada))[1]!.signals).toContain('success_after_failures');
  });

  it('BF-13 typos before a login from the same address do not add to wrong passwords of strangers after it', async () => {
    const ada = await koreanMember();
    const ip = inNetwork(AMERICA);
    await failTimes(4, ada, ip);
    await logIn(ada, ada.password, { ip, userAgent: FIREFOX }).expect(200);
    // As if the owner had been at home an hour ago, and never in this country.
    await app.sql.query(`DELETE FROM known_networks WHERE member_id = $1 AND country = 'US'`, [ada.id]);
    await app.sql.query(`UPDATE known_networks SET last_seen_at = now() - interval '1 hour' WHERE member_id = $1`, [
      ada.id,
    ]);
    await failTimes(1, ada, ip);
    await failTimes(5, ada);
    await logIn(ada, ada.password, { ip, userAgent: 'Another browser' }).expect(200);
    expect((await assessed(ada)).map(({ outcome, score }) => [outcome, score])).toEqual([
      ['notify', 60],
      ['ask', 130],
    ]);
  });

  it('EN-05 a risky login with the right password counts for the client address like a wrong one', async () => {
    const ada = await koreanMember({}, 3600);
    for (const password of [ada.password, 'wrong giraffe 12']) {
      const device = { ip: inNetwork(AMERICA), userAgent: FIREFOX, at: strict };
      for (let i = 0; i < 2; i++) expectRefusal(await logIn(ada, password, device), 'invalid_credentials');
      expect((await logIn(ada, password, device)).status).toBe(429);
    }
  });

  it('EN-05 a risky login with the right password leaves a weak hash as it is, and an accepted one replaces it', async () => {
    const ada = await koreanMember({}, 3600);
    const hash = async (): Promise<string> =>
      (await app.sql.query(`SELECT password_hash AS hash FROM members WHERE id = $1`, [ada.id])).rows[0].hash;
    const before = await hash();
    const abroad = { ip: inNetwork(AMERICA), userAgent: FIREFOX, at: strict };
    expectRefusal(await logIn(ada, ada.password, abroad), 'invalid_credentials');
    expect(await hash()).toBe(before);
    const home = { ip: inNetwork(KOREA), deviceToken: ada.deviceToken, at: strict };
    await logIn(ada, ada.password, home).expect(200);
    expect(await hash()).not.toBe(before);
  });

  it('BF-01 a risky login with the right password starts the same wait as a wrong one', async () => {
    const ada = await koreanMember({}, 3600);
    const device = { ip: inNetwork(AMERICA), userAgent: FIREFOX };
    await failTimes(9, ada, device.ip);
    expectRefusal(await logIn(ada, ada.password, device), 'invalid_credentials');
    expect(await assessed(ada)).toMatchObject([{ outcome: 'end' }]);
    // From a usual place, so that the wait is the reason for the refusal.
    expectRefusal(await logIn(ada, ada.password, { ip: inNetwork(KOREA) }), 'invalid_credentials');
    expect(await assessed(ada)).toHaveLength(1);
    const { rows } = await app.sql.query(
      `SELECT count(*) FILTER (WHERE type = 'login.throttled')::int AS throttled FROM security_events WHERE member_id = $1`,
      [ada.id],
    );
    expect(rows).toEqual([{ throttled: 1 }]);
    expect(await mailsAbout(ada, LOCKED)).toHaveLength(1);
    await logIn(ada, ada.password, { ip: inNetwork(KOREA), deviceToken: ada.deviceToken }).expect(200);
  });

  it('a risky login gets no reset token when the password must be changed', async () => {
    const ada = await koreanMember({}, 3600);
    await app.sql.query(`UPDATE members SET must_change_password = true WHERE id = $1`, [ada.id]);
    const device = { ip: inNetwork(AMERICA), userAgent: FIREFOX, at: strict };
    expectRefusal(await logIn(ada, ada.password, device), 'invalid_credentials');
    const { rowCount } = await app.sql.query('SELECT FROM reset_grants WHERE member_id = $1', [ada.id]);
    expect(rowCount).toBe(0);
    expect(await assessed(ada)).toMatchObject([{ at: 'login', outcome: 'end', score: 100 }]);
    const { body } = await logIn(ada, ada.password, {
      ip: inNetwork(KOREA),
      deviceToken: ada.deviceToken,
      at: strict,
    }).expect(200);
    expect(body.status).toBe('password_change_required');
  });
});

describe('login with a second factor', () => {
  async function enrolled(): Promise<GivenMember & { secret: string; recoveryCodes: string[] }> {
    const ada = await koreanMember();
    const { body: totp } = await app
      .post('/api/members/me/totp', { password: ada.password }, ada.accessToken)
      .expect(200);
    const { body } = await app
      .post('/api/members/me/totp/confirm', { code: codeAt(totp.secret) }, ada.accessToken)
      .expect(200);
    return { ...ada, secret: totp.secret, recoveryCodes: body.recoveryCodes };
  }

  it('SS-06 a wrong code after the right password is mailed about once per device', async () => {
    const ada = await enrolled();
    const device = { ip: inNetwork(GERMANY), userAgent: FIREFOX };
    const client = app.client({ ip: device.ip, headers: { 'user-agent': FIREFOX } });
    const { body } = await logIn(ada, ada.password, device).expect(200);
    expect(await assessed(ada)).toEqual([]); // nothing is assessed yet
    const second = (code: string) => client.post('/api/auth/login/mfa', { mfaToken: body.mfaToken, code });
    for (let i = 0; i < 2; i++) expect((await second('000000').expect(400)).body.code).toBe('code_invalid');
    const [mail, ...more] = await mailsAbout(ada, UNUSUAL);
    expect(more).toEqual([]);
    expect(mail!.text).toContain('The password was correct, but the second step failed.');
    expect(mail!.text).toContain('Germany');
    const reasons = ['new_device', 'new_network', 'new_country', 'wrong_second_factor'];
    expect(await assessed(ada)).toMatchObject([
      { at: 'second-factor', outcome: 'ask', signals: reasons },
      { at: 'second-factor', outcome: 'ask', signals: reasons },
    ]);
    await second(codeAt(ada.secret, 1)).expect(200);
    expect((await assessed(ada)).at(-1)).toMatchObject({ at: 'login', outcome: 'notify', score: 60 });
  });

  const leaveHomeAnHourAgo = ({ id }: GivenMember) =>
    app.sql.query(`UPDATE known_networks SET last_seen_at = now() - interval '1 hour' WHERE member_id = $1`, [id]);

  it('SS-06 a wrong code ends the login when the risk is high enough, and the mail mentions this', async () => {
    const ada = await enrolled();
    await leaveHomeAnHourAgo(ada);
    const device = { ip: inNetwork(AMERICA), userAgent: FIREFOX };
    const client = app.client({ ip: device.ip, headers: { 'user-agent': FIREFOX } });
    const second = (mfaToken: string, code: string) => client.post('/api/auth/login/mfa', { mfaToken, code });
    const { body } = await logIn(ada, ada.password, device).expect(200);
    expect((await second(body.mfaToken, '000000').expect(400)).body.code).toBe('code_invalid');
    expect(await assessed(ada)).toMatchObject([{ at: 'second-factor', outcome: 'end', score: 130 }]);
    expectRefusal(await second(body.mfaToken, codeAt(ada.secret, 1)), 'token_invalid');
    const [mail, ...more] = await mailsAbout(ada, UNUSUAL);
    expect(more).toEqual([]);
    expect(mail!.text).toContain('we blocked this login');
    const { body: again } = await logIn(ada, ada.password, device).expect(200);
    await second(again.mfaToken, codeAt(ada.secret, 1)).expect(200);
  });

  it('a wrong code in a dry run ends no login', async () => {
    const ada = await enrolled();
    const device = { ip: inNetwork(GERMANY), userAgent: FIREFOX, at: dryRun };
    const client = dryRun.client({ ip: device.ip, headers: { 'user-agent': FIREFOX } });
    const { mfaToken } = (await logIn(ada, ada.password, device).expect(200)).body;
    await client.post('/api/auth/login/mfa', { mfaToken, code: '000000' }).expect(400);
    expect((await assessed(ada)).at(-1)).toMatchObject({ at: 'second-factor', outcome: 'end', dryRun: true });
    await client.post('/api/auth/login/mfa', { mfaToken, code: codeAt(ada.secret, 1) }).expect(200);
  });

  it('it is refused after the password when the risk is high enough', async () => {
    const ada = await enrolled();
    await leaveHomeAnHourAgo(ada);
    const refused = await logIn(ada, ada.password, { ip: inNetwork(AMERICA), userAgent: FIREFOX, at: strict });
    expectRefusal(refused, 'invalid_credentials');
    expect(await assessed(ada)).toMatchObject([{ at: 'password', outcome: 'end', score: 100 }]);
  });

  it('earlier wrong passwords still count at the second factor', async () => {
    const ada = await enrolled();
    await failTimes(5, ada);
    const { body } = await logIn(ada, ada.password, { ip: inNetwork(KOREA) }).expect(200);
    await app
      .client({ ip: inNetwork(KOREA), headers: { 'user-agent': '' } })
      .post('/api/auth/login/mfa', { mfaToken: body.mfaToken, code: codeAt(ada.secret, 1) })
      .expect(200);
    expect((await assessed(ada))[0]!.signals).toContain('success_after_failures');
  });
});

describe('session', () => {
  it('RS-07 a session that moves to a distant country too soon continues, is mailed about, and needs reauthentication', async () => {
    const ada = await koreanMember();
    await app.post('/api/auth/reauthenticate', { password: ada.password }, ada.accessToken).expect(204);
    const { body } = await refresh(ada.refreshToken, inNetwork(AMERICA)).expect(200);
    expect(decodeToken(body.accessToken).claims.auth_time).toBe(0);
    expect(await assessed(ada)).toMatchObject([
      { at: 'refresh', outcome: 'ask', score: 80, signals: ['new_network', 'new_country', 'impossible_travel'] },
    ]);
    expect(await mailsAbout(ada, UNUSUAL)).toHaveLength(1);
    // Actions that need a recent login need the password again.
    const disable = () =>
      app.delete('/api/members/me/totp', { password: ada.password, code: '000000' }, body.accessToken);
    expect((await disable().expect(403)).body.code).toBe('reauth_required');
    await app.post('/api/auth/reauthenticate', { password: ada.password }, body.accessToken).expect(204);
    expect((await disable()).body.code).toBe('totp_not_enabled');
  });

  it('CC-09 a refresh that is assessed after the member was disabled leaves no trace of its network', async () => {
    const ada = await koreanMember();
    const ip = inNetwork(AMERICA);
    const disable = { text: `UPDATE members SET status = 'disabled' WHERE id = $1`, values: [ada.id] };
    expectRefusal(await whileLocked(app.sql, ada.id, disable, () => refresh(ada.refreshToken, ip)), 'session_ended');
    const { rows } = await app.sql.query('SELECT network FROM known_networks WHERE member_id = $1', [ada.id]);
    expect(rows.map(({ network }) => network).join()).not.toContain(AMERICA);
    expect(await assessed(ada)).toEqual([]);
  });

  it('a session that stays or moves within the country is left alone', async () => {
    const ada = await koreanMember();
    const { body: moved } = await refresh(ada.refreshToken, inNetwork(KOREA_TOO)).expect(200);
    const { body: unknown } = await refresh(moved.refreshToken, randomIp()).expect(200);
    await refresh(unknown.refreshToken, inNetwork(KOREA)).expect(200);
    expect(await assessed(ada)).toEqual([]);
  });

  it('a session in three countries within an hour is ended, and the request gets no tokens', async () => {
    const ada = await koreanMember();
    const { body: second } = await refresh(ada.refreshToken, inNetwork(AMERICA)).expect(200);
    const third = await refresh(second.refreshToken, inNetwork(GERMANY));
    expectRefusal(third, 'session_ended');
    expect(third.text).not.toContain('refreshToken');
    expectRefusal(await app.get('/api/members/me', second.accessToken), 'session_ended');
    expectRefusal(await refresh(second.refreshToken, inNetwork(KOREA)), 'session_ended');
    expect((await assessed(ada)).at(-1)).toMatchObject({
      outcome: 'end',
      signals: ['new_network', 'new_country', 'impossible_travel', 'many_countries'],
    });
    // Two mails were sent at about the same time and may arrive in any order.
    const mails = (await mailsAbout(ada, UNUSUAL)).map(({ text }) => text);
    expect(mails.filter((text) => text.includes('several countries at once'))).toHaveLength(1);
    const { rows } = await app.sql.query(
      `SELECT details FROM security_events WHERE member_id = $1 AND type = 'session.ended'`,
      [ada.id],
    );
    expect(rows).toEqual([{ details: { reason: 'risk' } }]);
  });

  it('a session in three countries over days continues', async () => {
    const ada = await koreanMember();
    let { refreshToken } = ada;
    for (const network of [AMERICA, GERMANY]) {
      await app.sql.query(`UPDATE sessions SET rotated_at = rotated_at - interval '1 day' WHERE id = $1`, [
        ada.sessionId,
      ]);
      await app.sql.query(
        `UPDATE session_countries SET last_seen_at = last_seen_at - interval '1 day' WHERE session_id = $1`,
        [ada.sessionId],
      );
      ({ refreshToken } = (await refresh(refreshToken, inNetwork(network)).expect(200)).body);
    }
    for (const { outcome, signals } of await assessed(ada))
      expect([outcome, signals]).toEqual(['notify', ['new_network', 'new_country']]);
  });

  it('a session refreshed far too often is mailed about once', async () => {
    const ada = await given.member(app);
    let { refreshToken } = ada;
    const often = async (times: number): Promise<void> => {
      for (let i = 0; i < times; i++)
        ({ refreshToken } = (await refresh(refreshToken, ada.client.ip, strict).expect(200)).body);
    };
    await often(3);
    expect(await assessed(ada)).toEqual([]);
    await often(3);
    expect(await assessed(ada)).toMatchObject([{ outcome: 'ask', score: 40, signals: ['refresh_burst'] }]);
    expect((await mailsAbout(ada, UNUSUAL)).map(({ text }) => text)).toEqual([
      expect.stringContaining('far more often than an app normally does'),
    ]);
    // A new window raises a new alarm and sends no second mail.
    await app.sql.query(`UPDATE sessions SET burst_since = now() - interval '301 seconds' WHERE id = $1`, [
      ada.sessionId,
    ]);
    await often(4);
    expect(await assessed(ada)).toHaveLength(2);
    expect(await mailsAbout(ada, UNUSUAL)).toHaveLength(1);
  });

  it('a refresh that loses the race is assessed too when it comes from another country', async () => {
    const ada = await koreanMember();
    await refresh(ada.refreshToken, inNetwork(KOREA)).expect(200);
    // On a busy machine the grace period could end before the losing request arrives.
    await app.sql.query(`UPDATE sessions SET rotated_at = now() + interval '30 seconds' WHERE id = $1`, [
      ada.sessionId,
    ]);
    const lost = (ip: string) => refresh(ada.refreshToken, ip, strict);
    expect((await lost(inNetwork(KOREA)).expect(200)).body.outcome).toBe('replayed');
    expect(await assessed(ada)).toEqual([]);
    expectRefusal(await lost(inNetwork(AMERICA)), 'session_ended');
    expect((await assessed(ada))[0]!.signals).toContain('impossible_travel');
  });

  it('RS-07 a refresh that loses the race in a distant country gets tokens that ask for a new login', async () => {
    const ada = await koreanMember();
    await refresh(ada.refreshToken, inNetwork(KOREA)).expect(200);
    await app.sql.query(`UPDATE sessions SET rotated_at = now() + interval '30 seconds' WHERE id = $1`, [
      ada.sessionId,
    ]);
    const { body } = await refresh(ada.refreshToken, inNetwork(AMERICA)).expect(200);
    expect([body.outcome, decodeToken(body.accessToken).claims.auth_time]).toEqual(['replayed', 0]);
    expect((await assessed(ada)).map(({ outcome }) => outcome)).toEqual(['ask']);
  });

  it('RS-07 two refreshes at once with one token in a distant country both get tokens that ask for a new login', async () => {
    const ada = await koreanMember();
    const thief = inNetwork(AMERICA);
    const sent: Promise<HttpAnswer>[] = [];
    // Both have read the session before either is assessed under the member's lock.
    await whileHeld(app.sql, ada.id, async (untilRowIsAwaited) => {
      sent.push(refresh(ada.refreshToken, thief));
      await untilRowIsAwaited();
      await app.sql.query(`UPDATE sessions SET rotated_at = now() + interval '30 seconds' WHERE id = $1`, [
        ada.sessionId,
      ]);
      sent.push(refresh(ada.refreshToken, thief));
      await eventually('two refreshes wait', async () => {
        const { rowCount } = await app.sql.query(
          `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
        );
        return rowCount === 2 || undefined;
      });
    });
    const answers = (await Promise.all(sent)).map(({ body }) => body);
    const times = answers.map(({ accessToken }) => decodeToken(accessToken).claims.auth_time);
    expect([answers.map(({ outcome }) => outcome), times]).toEqual([
      ['rotated', 'replayed'],
      [0, 0],
    ]);
  });

  it('SS-06 reuse of a refresh token is recorded as a risk decision and mailed about once', async () => {
    const ada = await given.member(app);
    const { body } = await refresh(ada.refreshToken, ada.client.ip).expect(200);
    await refresh(body.refreshToken, ada.client.ip).expect(200);
    expectRefusal(await refresh(ada.refreshToken, ada.client.ip), 'token_reused');
    expect(await assessed(ada)).toEqual([
      { at: 'refresh', outcome: 'end', score: 120, signals: ['token_reuse'], dryRun: false },
    ]);
    expect(await mailsAbout(ada, 'logged out one of your devices')).toHaveLength(1);
    await mailbox.expectNone(ada.email, app, 2);
  });
});

describe('allowed countries', () => {
  it('RB-09 from another country a refresh needs reauthentication and a riskier login is refused; unknown countries pass', async () => {
    const ada = await koreanMember();
    const { body: home } = await refresh(ada.refreshToken, inNetwork(KOREA_TOO), strict).expect(200);
    const { body: nowhere } = await refresh(home.refreshToken, randomIp(), strict).expect(200);
    expect(await assessed(ada)).toEqual([]);
    // In Japan some time ago: neither a new country nor an impossible journey.
    await app.sql.query(`UPDATE sessions SET ip = $2 WHERE id = $1`, [ada.sessionId, inNetwork(JAPAN)]);
    await app.sql.query(
      `INSERT INTO known_networks (member_id, network, country, last_seen_at) VALUES ($1, $2, 'JP', now() - interval '1 day')`,
      [ada.id, `${JAPAN}.0/24`],
    );
    const { body: abroad } = await refresh(nowhere.refreshToken, inNetwork(JAPAN), strict).expect(200);
    expect(await assessed(ada)).toEqual([
      { at: 'refresh', outcome: 'ask', score: 70, signals: ['country_not_allowed'], dryRun: false },
    ]);
    expect((await app.delete('/api/auth/sessions', undefined, abroad.accessToken)).body.code).toBe('reauth_required');
    expect(await mailsAbout(ada, UNUSUAL)).toHaveLength(1);
    // From a country that is also new, the login is refused with the answer of a wrong password.
    const from = { ip: inNetwork(GERMANY), userAgent: FIREFOX, at: strict };
    expectRefusal(await logIn(ada, ada.password, from), 'invalid_credentials');
    expect((await assessed(ada))[1]).toMatchObject({
      ...{ at: 'login', outcome: 'end', score: 170 },
      signals: ['new_device', 'new_network', 'new_country', 'impossible_travel', 'country_not_allowed'],
    });
  });
});

describe('thresholds', () => {
  it('a stricter server ends a session that another one continues', async () => {
    const ada = await koreanMember();
    expectRefusal(await refresh(ada.refreshToken, inNetwork(AMERICA), strict), 'session_ended');
    expect(await assessed(ada)).toMatchObject([{ outcome: 'end', score: 80 }]);
  });

  it('CC-09 a session that a stricter server ends also ends the address change that was begun in it', async () => {
    const ada = await koreanMember();
    const change = { newEmail: unique.email(), password: ada.password };
    await app.post('/api/members/me/email/send-code', change, ada.accessToken).expect(202);
    const { linkToken: token } = await mailbox.to(change.newEmail).next();
    expectRefusal(await refresh(ada.refreshToken, inNetwork(AMERICA), strict), 'session_ended');
    const late = await app.post('/api/members/me/email/confirm-link', { token });
    expect([late.status, late.body.code]).toEqual([400, 'link_invalid']);
  });

  it('a dry run only logs what would happen', async () => {
    const ada = await koreanMember();
    const { body } = await refresh(ada.refreshToken, inNetwork(AMERICA), dryRun).expect(200);
    const device = { ip: inNetwork(GERMANY), userAgent: FIREFOX, at: dryRun };
    await logIn(ada, ada.password, device).expect(200);
    expect(await assessed(ada)).toMatchObject([
      { at: 'refresh', outcome: 'end', dryRun: true },
      { at: 'login', outcome: 'end', dryRun: true },
    ]);
    expect(await mailsAbout(ada, UNUSUAL)).toEqual([]);
    expect(await mailsAbout(ada, NEW_DEVICE)).toHaveLength(1); // as always
    await app.get('/api/members/me', body.accessToken).expect(200);
    // The session does not even need reauthentication.
    expect((await app.post('/api/members/me/totp', { password: ada.password }, body.accessToken)).status).toBe(200);
  });
});

describe('reasons', () => {
  it('only the member’s own security history shows them', async () => {
    const [ada, eve] = [await koreanMember(), await koreanMember()];
    await logIn(ada, ada.password, { ip: inNetwork(JAPAN), deviceToken: ada.deviceToken }).expect(200);
    const timelineOf = async ({ accessToken }: GivenMember): Promise<any[]> =>
      (await app.get('/api/members/me/security-events', accessToken).expect(200)).body.items;
    const [, why] = await timelineOf(ada);
    expect(why).toMatchObject({
      type: 'risk.assessed',
      country: 'JP',
      details: {
        at: 'login',
        outcome: 'notify',
        score: 40,
        signals: [
          { signal: 'new_network', weight: 10 },
          { signal: 'new_country', weight: 30 },
        ],
        dryRun: false,
      },
    });
    expect((await timelineOf(eve)).map(({ type }) => type)).not.toContain('risk.assessed');
  });
});

describe('account under attack', () => {
  it('BF-04 the owner is mailed once when waits begin, with “it wasn’t me”, and the reset mail still comes', async () => {
    const ada = await given.member(app, { locale: 'en' });
    await failTimes(9, ada);
    expect(await mailsAbout(ada, LOCKED)).toEqual([]);
    await failTimes(3, ada);
    const [mail, ...more] = await mailsAbout(ada, LOCKED);
    expect(more).toEqual([]);
    expect(mail!.text).toContain('***');
    expect(mail!.links).toEqual([expect.stringContaining('/pages/not-me#token=')]);
    await app.post('/api/auth/not-me/inspect', { token: mail!.linkToken }).expect(200);

    // Each further wait belongs to the same lock.
    await app.sql.query(`UPDATE login_failures SET blocked_until = now() WHERE blocked_until > now()`);
    await failTimes(1, ada);
    expect(await mailsAbout(ada, LOCKED)).toHaveLength(1);
    const newPassword = `${ada.password} anew`;
    await app.post('/api/auth/password-reset', { newPassword }, await resetTokenFor(app, ada)).expect(204);
    await failTimes(10, ada);
    expect(await mailsAbout(ada, LOCKED)).toHaveLength(2);
  });

  it('BF-08 the mail about waits is withheld when the address has reached its mail limit', async () => {
    const ada = await given.member(app, { locale: 'ko' });
    for (let i = 0; i < 5; i++) {
      await app.post('/api/auth/password-reset/send-code', { email: ada.email }).expect(202);
      await app.sql.query(`UPDATE rate_limits SET expire = expire - 61000 WHERE key LIKE 'mail-cooldown:%'`);
    }
    await failTimes(10, ada);
    expect(await mailsAbout(ada, '로그인 실패')).toEqual([]);
    const { rows } = await app.sql.query(
      `SELECT status FROM outbox_messages WHERE template = 'login-locked' AND member_id = $1`,
      [ada.id],
    );
    expect(rows).toEqual([{ status: 'withheld' }]);
  });

  it('EN-06 an unknown account takes the same path, and no mail is sent', async () => {
    const statuses: HttpAnswer[] = [];
    const unknown = `unknown${host++}${Date.now() % 1e6}`;
    const before = await withheld();
    for (let i = 0; i < 11; i++)
      statuses.push(await app.client().post('/api/auth/login', { identifier: unknown, password: 'wrong giraffe 12' }));
    for (const answer of statuses) expectRefusal(answer, 'invalid_credentials');
    expect(await withheld()).toBe(before + 1);
  });

  it('failures on a known device cause no mail', async () => {
    const ada = await given.member(app);
    for (let i = 0; i < 11; i++)
      await logIn(ada, 'wrong giraffe 12', { ip: randomIp(), deviceToken: ada.deviceToken }).expect(401);
    expect(await mailsAbout(ada, LOCKED)).toEqual([]);
  });

  async function withheld(): Promise<number> {
    const { rows } = await app.sql.query<{ count: number }>(
      `SELECT count(*)::int AS count FROM outbox_messages WHERE template = 'login-locked' AND status = 'withheld' AND payload IS NULL`,
    );
    return rows[0]!.count;
  }
});
