import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '../support/eventually.js';
import { given, unique } from '../support/factories.js';
import { type HttpAnswer } from '../support/http-client.js';
import { mailbox, outboxEmpty } from '../support/mailbox.js';
import {
  afterCooldown,
  askFor,
  newestEmailChallenge,
  type Recovery,
  withoutIdentity,
  wrong,
} from '../support/recovery.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { TestApp } from '../support/test-app.js';
import { allowManyStarts } from '../support/test-length.js';

allowManyStarts();

const RECOVERIES: Recovery[] = ['password-reset', 'login-id'];
const DAILY_GUESSES = 8;

/** Rounds of five guesses. Together they exceed the daily limit. */
const ROUNDS = 11;

/** A code request reveals nothing to a stranger, and is limited in number. */
describe('account recovery for any address', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await TestApp.start({ env: { DAILY_GUESS_LIMIT: String(DAILY_GUESSES), LOGIN_FAILURE_LIMIT: '3' } });
  });
  afterAll(() => app.stop());

  const send = (recovery: Recovery, email: string) => app.post(`/api/auth/${recovery}/send-code`, { email });
  const confirm = (recovery: Recovery, requestId: string, code: string) =>
    app.post(`/api/auth/${recovery}/confirm-code`, { requestId, code });

  it.each(RECOVERIES)(
    'EN-01 EN-07 known, unknown, unconfirmed, disabled and locked accounts get the same answer (%s)',
    async (recovery) => {
      const { email: known } = await given.member(app);
      const unknown = unique.email();
      const unconfirmed = unique.signUp();
      await app.post('/api/auth/sign-up', unconfirmed).expect(202);
      const disabled = await given.member(app);
      await app.sql.query(`UPDATE members SET status = 'disabled' WHERE id = $1`, [disabled.id]);
      const locked = await given.member(app);
      for (let failures = 0; failures < 3; failures += 1)
        await app.post('/api/auth/login', { identifier: locked.loginId, password: 'wrong giraffe 12' }).expect(401);
      await afterCooldown(app);

      const requested: object[] = [];
      const guessed: object[][] = [];
      for (const email of [known, unknown, unconfirmed.email, disabled.email, locked.email]) {
        const answer = await send(recovery, email).expect(202);
        requested.push(withoutIdentity(answer));
        const series: object[] = [];
        for (let guess = 0; guess < 7; guess += 1)
          series.push(withoutIdentity(await confirm(recovery, answer.body.requestId, '000000')));
        guessed.push(series);
      }
      for (const answer of requested) expect(answer).toEqual(requested[0]);
      for (const series of guessed) expect(series).toEqual(guessed[0]);

      await outboxEmpty(app);
      for (const { email } of [unconfirmed, disabled]) expect(await mailbox.count(email, app)).toBe(1); // the sign-up mail
      await mailbox.expectNone(unknown, app);
      await mailbox.to(locked.email).waitForCount(2); // BF-04
    },
  );

  it.each(RECOVERIES)('EN-02 no cooldown distinguishes a known address from an unknown one (%s)', async (recovery) => {
    const [ada, grace] = [await given.member(app), await given.member(app)];
    const unknownEmail = unique.email();
    const rows = [
      [ada.email, ada.email, ada.email],
      [unknownEmail, unknownEmail, unknownEmail],
      [grace.email.toUpperCase(), ` ${grace.email}`, grace.email.replace('ada', 'Ada')],
    ];
    const sequences: object[][] = [];
    for (const emails of rows) {
      const answers: HttpAnswer[] = [];
      for (const email of emails) answers.push(await send(recovery, email));
      // The wait in the second and third answer is what is left of the same minute.
      for (const { body } of answers.slice(1)) expect(body.resendAfter).toBeLessThanOrEqual(60);
      // The other recovery has a cooldown of its own.
      answers.push(await send(recovery === 'login-id' ? 'password-reset' : 'login-id', emails[0]!));
      expect([answers[0], answers[3]].map((answer) => answer!.body.resendAfter)).toEqual([60, 60]);
      sequences.push(answers.map(withoutWait));
    }
    expect(sequences[0]![0]).toMatchObject({ status: 202 });
    for (const sequence of sequences) expect(sequence).toEqual(sequences[0]);
    // Of the sign-up and of each recovery.
    for (const { email } of [ada, grace]) expect(await mailbox.count(email, app)).toBe(3);
  });

  it('EN-02 the wait is what is left of the cooldown, for known and unknown addresses', async () => {
    const ada = await given.member(app);
    for (const email of [ada.email, unique.email()]) {
      await send('password-reset', email).expect(202);
      await app.sql.query(`UPDATE rate_limits SET expire = expire - 45000 WHERE key LIKE 'mail-cooldown:%'`);
      const { body } = await send('password-reset', email).expect(202);
      expect(body.resendAfter).toBeGreaterThan(0);
      expect(body.resendAfter).toBeLessThanOrEqual(15);
    }
  });

  it('EN-07 wrong codes for an unknown address count as for a member, and both end at the same count', async () => {
    const ada = await given.member(app);
    const unknownEmail = unique.email();
    const asked = await askFor(app, 'password-reset', ada);
    const { body: decoy } = await send('password-reset', unknownEmail).expect(202);
    for (let guess = 1; guess <= 6; guess += 1) {
      const code = wrong(asked.mail.code, guess);
      const known = await confirm('password-reset', asked.requestId, code);
      const unknown = await confirm('password-reset', decoy.requestId, code);
      expect(withoutIdentity(unknown)).toEqual(withoutIdentity(known));
      const counted = { guesses: Math.min(guess, 5) };
      expect(await newestEmailChallenge(app, ada.email)).toMatchObject(counted);
      expect(await newestEmailChallenge(app, unknownEmail)).toMatchObject({ ...counted, isDecoy: true });
    }
  });

  it('BF-07 a day’s guesses cover both recoveries, new codes do not refill them, and the refusal contains the time to retry', async () => {
    const ada = await given.member(app);
    const unknownEmail = unique.email();
    const other = await given.member(app);
    const outcomes: object[][] = [];
    for (const email of [ada.email, unknownEmail]) {
      // The sign-up of a member has used one guess.
      const guessesLeft = email === unknownEmail ? DAILY_GUESSES : DAILY_GUESSES - 1;
      const outcome: object[] = [];
      let left = guessesLeft;
      for (const recovery of ['password-reset', 'login-id'] as const) {
        await afterCooldown(app);
        const { body } = await send(recovery, email).expect(202);
        for (let guess = 0; guess < 5 && left > 0; guess += 1, left -= 1)
          expect((await confirm(recovery, body.requestId, '000000')).status).toBe(400);
        if (left > 0) continue;
        const refused = await confirm(recovery, body.requestId, '000000').expect(429);
        expect(refused.body).toMatchObject({ code: 'too_many_attempts', retryAfter: expect.any(Number) });
        expect(refused.headers['retry-after']).toBe(String(refused.body.retryAfter));
        expect(refused.body.retryAfter).toBeGreaterThan(86_000);
        outcome.push(Object.keys(refused.body as object), Object.keys(refused.headers));
      }
      outcomes.push(outcome);
    }
    expect(outcomes[1]).toEqual(outcomes[0]);

    // The right code is refused too. The link cannot be guessed and still works. Other members are
    // not affected.
    await afterCooldown(app);
    const asked = await askFor(app, 'password-reset', ada);
    await confirm('password-reset', asked.requestId, asked.mail.code).expect(429);
    await app.post('/api/auth/password-reset/confirm-link', { token: asked.mail.linkToken }).expect(200);
    const unaffected = await askFor(app, 'password-reset', other);
    await confirm('password-reset', unaffected.requestId, unaffected.mail.code).expect(200);
    // A day later the guesses are available again.
    await app.sql.query(`UPDATE rate_limits SET expire = expire - 86400000 WHERE key LIKE 'guess-day:%'`);
    const later = await askFor(app, 'login-id', ada);
    await confirm('login-id', later.requestId, later.mail.code).expect(200);
  });

  it('BF-08 an address gets five mails an hour over all kinds, and the answer is always 202', async () => {
    const ada = await given.member(app);
    for (let round = 0; round < 4; round += 1) {
      for (const email of [ada.email, ada.email.toUpperCase()]) {
        await send(RECOVERIES[round % 2]!, email).expect(202);
        await app.post('/api/auth/sign-up', { ...unique.signUp(), email }).expect(202);
        await afterCooldown(app);
      }
    }
    // The mail of ada's own sign-up does not count, because its code was used.
    expect(await mailbox.count(ada.email, app)).toBe(1 + 5);

    await app.sql.query(`UPDATE rate_limits SET expire = expire - 3600000 WHERE key LIKE 'mail-hour%'`);
    await askFor(app, 'login-id', ada);
  });

  it('BF-08 the spellings of a Gmail address share the mails for sign-ups', async () => {
    const local = unique.loginId();
    const spellings = Array.from(
      { length: 6 },
      (_, dot) => `${local.slice(0, dot + 1)}.${local.slice(dot + 1)}@gmail.com`,
    );
    for (const email of spellings) await app.post('/api/auth/sign-up', { ...unique.signUp(), email }).expect(202);
    await outboxEmpty(app);
    const mails = await Promise.all(spellings.map((email) => mailbox.to(email).all()));
    expect(mails.flat()).toHaveLength(4);
  });

  it('BF-08 one of the five is kept for recovery, however many sign-ups and address changes use the address', async () => {
    const [ada, eve] = [await given.member(app), await given.member(app)];
    const unknownEmail = unique.email();
    for (const email of [ada.email, unknownEmail]) {
      for (let round = 0; round < 3; round += 1) {
        await app.post('/api/auth/sign-up', { ...unique.signUp(), email }).expect(202);
        await afterCooldown(app);
        const change = { newEmail: email, password: eve.password };
        await eve.client.post('/api/members/me/email/send-code', change, eve.accessToken).expect(202);
        await afterCooldown(app);
      }
    }
    await outboxEmpty(app);
    // Two sign-ups and two address changes used up the share; a change to a taken address sends no
    // mail.
    expect(await mailbox.count(unknownEmail, app)).toBe(4);
    expect(await mailbox.count(ada.email, app)).toBe(1 + 2); // and the one of her own sign-up
    await askFor(app, 'password-reset', ada);
  });

  it('BF-08 a sign-up does not block the recovery mail of the next minute, nor the other way round', async () => {
    const ada = await given.member(app);
    await app.post('/api/auth/sign-up', { ...unique.signUp(), email: ada.email }).expect(202);
    await askFor(app, 'password-reset', ada);
    const grace = await given.member(app);
    await askFor(app, 'password-reset', grace);
    await app.post('/api/auth/sign-up', { ...unique.signUp(), email: grace.email }).expect(202);
    for (const { email } of [ada, grace]) await mailbox.to(email).waitForCount(3);
  });

  it('BF-08 recovery mail still comes when another person signs up with tags of the address', async () => {
    const local = unique.loginId();
    const ada = await given.member(app, { email: `${local}@example.test` });
    const tags = Array.from({ length: 20 }, (_, tag) => `${local}+${tag}@example.test`);
    for (const email of tags) await app.post('/api/auth/sign-up', { ...unique.signUp(), email }).expect(202);
    await outboxEmpty(app);
    const mails = await Promise.all(tags.map((email) => mailbox.to(email).all()));
    expect(mails.flat()).toHaveLength(16); // the limit of a mailbox: four times the four sign-up mails of one address
    await askFor(app, 'password-reset', ada);
  });

  it('BF-08 requests for unknown tags and spellings do not use up an address’s recovery mail', async () => {
    const local = unique.loginId();
    const ada = await given.member(app, { email: `${local}@example.test` });
    const unknownEmails = Array.from({ length: 20 }, (_, tag) => `${local}+${tag}@example.test`);
    for (let dot = 1; dot <= 5; dot += 1) unknownEmails.push(`${local.slice(0, dot)}.${local.slice(dot)}@example.test`);
    await Promise.all(unknownEmails.map((email) => send('password-reset', email).expect(202)));
    await askFor(app, 'password-reset', ada);
    await afterCooldown(app);
    await askFor(app, 'login-id', ada);
  });

  it('BF-09 a burst of requests with wrong login IDs leaves the owner’s reset its mail', async () => {
    const ada = await given.member(app);
    const burst = (size: number) =>
      Promise.all(
        Array.from({ length: size }, () =>
          app
            .client()
            .post('/api/auth/password-reset/send-code', { email: ada.email, loginId: unique.loginId() })
            .expect(202),
        ),
      );
    await burst(10);
    await askFor(app, 'password-reset', ada);
    await burst(10);
    await afterCooldown(app);
    await askFor(app, 'password-reset', ada, { loginId: ada.loginId });
  });

  it('BF-10 four sign-ups and a lock leave the owner’s reset its mail', async () => {
    const ada = await given.member(app);
    for (let mails = 0; mails < 4; mails += 1) {
      await app
        .client()
        .post('/api/auth/sign-up', { ...unique.signUp(), email: ada.email })
        .expect(202);
      await afterCooldown(app);
    }
    for (let failures = 0; failures < 3; failures += 1)
      await app.client().post('/api/auth/login', { identifier: ada.email, password: 'wrong giraffe 12' }).expect(401);
    await askFor(app, 'password-reset', ada);
    // Each sign-up takes a notice, her own one too. Together they used up the share of notices, so the
    // fourth and the lock send none.
    expect(await mailbox.count(ada.email, app)).toBe(1 + 3 + 1);
  });

  it('BF-11 a neighbour by a dot has limits of its own', async () => {
    const local = unique.loginId();
    const ada = await given.member(app, { email: `${local}@example.test` });
    const neighbour = await given.member(app, { email: `a.${local.slice(1)}@example.test` });
    for (let mails = 0; mails < 5; mails += 1) {
      await send('password-reset', neighbour.email).expect(202);
      await app.post('/api/auth/sign-up', { ...unique.signUp(), email: neighbour.email }).expect(202);
      if (mails < 4) await afterCooldown(app);
    }
    await askFor(app, 'password-reset', ada);
    const asked = await askFor(app, 'login-id', ada);
    await confirm('login-id', asked.requestId, asked.mail.code).expect(200);
  });

  it('BF-09 beyond the hourly limit one mail comes each quarter of an hour, and the answer contains the wait', async () => {
    const ada = await given.member(app);
    for (let mails = 0; mails < 5; mails += 1) {
      await askFor(app, 'password-reset', ada);
      await afterCooldown(app);
    }
    const { body } = await send('password-reset', ada.email).expect(202);
    expect(body.resendAfter).toBeGreaterThan(60);
    expect(body.resendAfter).toBeLessThanOrEqual(900);
    expect(await mailbox.count(ada.email, app)).toBe(1 + 5);
    await app.sql.query(`UPDATE rate_limits SET expire = expire - 900000 WHERE key LIKE 'mail-quarter:%'`);
    await askFor(app, 'password-reset', ada);
  });

  it('BF-08 mails whose code was used do not count', async () => {
    const ada = await given.member(app);
    for (let times = 0; times < 6; times += 1) {
      const { mail } = await askFor(app, 'password-reset', ada);
      await app.post('/api/auth/password-reset/confirm-link', { token: mail.linkToken }).expect(200);
    }
  });

  it('BF-08 each kind of recovery sends at most one mail a minute', async () => {
    const ada = await given.member(app);
    await askFor(app, 'login-id', ada);
    await askFor(app, 'password-reset', ada);
    for (const recovery of RECOVERIES) await send(recovery, ada.email).expect(202);
    expect(await mailbox.count(ada.email, app)).toBe(1 + 2);
  });

  it('EN-07 eleven rounds of five guesses do not reveal whether login ID and address belong together', async () => {
    const [ada, grace] = [await given.member(app), await given.member(app)];
    const unknownEmail = unique.email();
    // Each address with an account has one open request of its owner.
    await askFor(app, 'password-reset', ada);
    const own = await askFor(app, 'password-reset', grace);
    await send('password-reset', unknownEmail).expect(202);
    await app.sql.query(`DELETE FROM rate_limits WHERE key LIKE 'guess-day%'`); // the sign-ups took one each
    const pairs = {
      right: { email: ada.email, loginId: ada.loginId },
      wrong: { email: grace.email, loginId: ada.loginId },
      unknown: { email: unknownEmail, loginId: ada.loginId },
    };
    const statuses: Record<string, number[]> = { right: [], wrong: [], unknown: [] };
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const [pair, body] of Object.entries(pairs)) {
        const { status, body: asked } = await app.post('/api/auth/password-reset/send-code', body);
        statuses[pair]!.push(status);
        for (let guess = 0; guess < 5; guess += 1)
          statuses[pair]!.push((await confirm('password-reset', asked.requestId, '000000')).status);
        await outboxEmpty(app);
      }
      // Some rounds are within the cooldown, some after it.
      if (round % 2 === 1) await afterCooldown(app);
    }
    expect(statuses.wrong).toEqual(statuses.right);
    expect(statuses.unknown).toEqual(statuses.right);
    expect(new Set(statuses.right)).toEqual(new Set([202, 400, 429])); // the limits were reached at the same points

    // The owners are not affected: neither an earlier request nor a new one.
    await confirm('password-reset', own.requestId, own.mail.code).expect(200);
    await afterCooldown(app);
    const now = await askFor(app, 'login-id', grace);
    await confirm('login-id', now.requestId, now.mail.code).expect(200);
  });

  it('BF-07 sign-ups with the address do not use up the owner’s guesses', async () => {
    const ada = await given.member(app);
    for (let times = 0; times < DAILY_GUESSES; times += 1) {
      const { body } = await app.post('/api/auth/sign-up', { ...unique.signUp(), email: ada.email }).expect(202);
      await app.post('/api/auth/sign-up/confirm-code', { signUpId: body.signUpId, code: '000000' });
    }
    const { body } = await app.post('/api/auth/sign-up', { ...unique.signUp(), email: ada.email }).expect(202);
    await app.post('/api/auth/sign-up/confirm-code', { signUpId: body.signUpId, code: '000000' }).expect(429);
    const asked = await askFor(app, 'login-id', ada);
    await confirm('login-id', asked.requestId, asked.mail.code).expect(200);
  });

  it.each([
    ['two addresses', ['ada@example.test', 'eve@example.test']],
    ['an object', { address: 'ada@example.test' }],
    ['a list in one text', 'ada@example.test,eve@example.test'],
    ['a line break', 'ada@example.test\r\nBcc: eve@example.test'],
    ['a name in front', 'Ada <ada@example.test>'],
    ['null', null],
    ['nothing', undefined],
  ])('ML-03 %s is refused as an address', async (_, email) => {
    for (const recovery of RECOVERIES) await app.post(`/api/auth/${recovery}/send-code`, { email }).expect(422);
  });
});

describe('secrets of a recovery', () => {
  let app: TestApp;
  /** Between the server and the mail server. */
  let way: TcpProxy;
  beforeAll(async () => {
    way = await TcpProxy.to(process.env.TEST_SMTP_URL!);
    app = await TestApp.start({ env: { SMTP_URL: way.url, LOG_LEVEL: 'debug' } });
  });
  afterAll(async () => {
    await app.stop();
    await way.disconnect();
  });

  it('SL-01 SL-02 they appear in no log, table or audit event: only in the mail', async () => {
    const ada = await given.member(app);
    const password = unique.password();

    // Without the mail server the mail stays in the outbox, where the test can read it.
    await way.disconnect();
    const { body: reset } = await app.post('/api/auth/password-reset/send-code', { email: ada.email }).expect(202);
    const waiting = await everyRow(app);
    expect(waiting).toContain('password-reset');
    await eventually('the mail is postponed', async () => {
      const { rowCount } = await app.sql.query(`SELECT FROM outbox_messages WHERE last_error IS NOT NULL`);
      return rowCount === 1 || undefined;
    });
    await way.reconnect();
    await app.sql.query(`UPDATE outbox_messages SET available_at = now() WHERE status = 'pending'`);
    const mail = (await mailbox.to(ada.email).waitForCount(2)).at(-1)!;
    await app
      .post('/api/auth/password-reset/confirm-code', { requestId: reset.requestId, code: wrong(mail.code!) })
      .expect(400);
    const { body: grant } = await app
      .post('/api/auth/password-reset/confirm-code', { requestId: reset.requestId, code: mail.code })
      .expect(200);
    await app.post('/api/auth/password-reset', { newPassword: password }, grant.resetToken).expect(204);
    await app.post('/api/auth/login', { identifier: ada.loginId, password }).expect(200);

    const secrets = [mail.code!, mail.linkToken!, reset.requestId, grant.resetToken, password, ada.password];
    secrets.push(wrong(mail.code!)); // a wrong guess must not be readable either
    const places = {
      waiting,
      afterwards: await everyRow(app),
      logs: app.logs.join('\n'),
    };
    expect(places.logs).toContain('/api/auth/password-reset/confirm-code');
    for (const [place, text] of Object.entries(places))
      for (const secret of secrets.flatMap(spellingsOf)) expect([place, stands(secret, text)]).toEqual([place, false]);
    expect(places.logs).not.toContain(ada.email);
  });
});

/** As {@link withoutIdentity}, and without the wait, which grows shorter from answer to answer. */
function withoutWait(answer: HttpAnswer): object {
  const { text, ...rest } = withoutIdentity(answer) as { text: string; headers: Record<string, string> };
  const { 'content-length': _, ...headers } = rest.headers;
  return { ...rest, headers, text: text.replace(/("resendAfter":)\d+/, '$10') };
}

/** Every row of every table as text, binary columns in hex. */
async function everyRow({ sql }: TestApp): Promise<string> {
  const { rows: tables } = await sql.query(`SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'`);
  const dumps = tables.map(({ name }) => sql.query(`SELECT t::text AS row FROM "${name}" t`));
  return (await Promise.all(dumps)).flatMap(({ rows }) => rows.map(({ row }) => row as string)).join('\n');
}

function spellingsOf(secret: string): string[] {
  const bytes = Buffer.from(secret);
  const base64 = bytes.toString('base64').replace(/=+$/, '');
  return [secret, bytes.toString('hex'), base64.slice(0, base64.length - (base64.length % 4))];
}

/** Whether the text contains the secret. A short one must be a separate word, because six digits may occur inside an id. */
function stands(secret: string, text: string): boolean {
  for (let at = text.indexOf(secret); at >= 0; at = text.indexOf(secret, at + 1)) {
    if (!/[\w.:-]/.test((text[at - 1] ?? ' ') + (text[at + secret.length] ?? ' '))) return true;
    if (secret.length > 12) return true;
  }
  return false;
}
