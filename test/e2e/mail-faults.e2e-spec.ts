import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { KeyRing } from '../../src/platform/crypto/key-ring.js';
import { FieldCipher } from '../../src/platform/crypto/field-cipher.js';
import { eventually } from '../support/eventually.js';
import { unique } from '../support/factories.js';
import { afterCooldown, withoutIdentity } from '../support/recovery.js';
import { TEST_SECRET } from '../support/server-environment.js';
import { SmtpSink } from '../support/smtp-sink.js';
import { TestApp } from '../support/test-app.js';
import { renameDatabase } from '../support/test-database.js';

interface Row {
  id: string;
  status: string;
  attempts: number;
  messageId: string;
  lastError: string | null;
  hasPayload: boolean;
}

describe('the outbox when the mail server fails or refuses a mail', () => {
  let sink: SmtpSink;
  let app: TestApp;
  /** A member inserted by SQL, so that no sign-up mail precedes the mails under test. */
  let ada: { id: string; email: string };

  beforeAll(async () => {
    sink = await SmtpSink.start();
    app = await TestApp.start({ env: { SMTP_URL: sink.url, LOG_LEVEL: 'info' } });
    // Mails that failed wait until a test makes them due: on a busy machine they could be due too soon.
    await app.sql.query(
      `CREATE FUNCTION wait_for_test() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.available_at := 'infinity'; RETURN NEW; END $$;
       CREATE TRIGGER wait_for_test BEFORE UPDATE ON outbox_messages FOR EACH ROW
         WHEN (NEW.status = 'pending' AND NEW.last_error IS DISTINCT FROM OLD.last_error) EXECUTE FUNCTION wait_for_test()`,
    );
  });
  beforeEach(async () => {
    sink.reset();
    ada = await givenMember();
  });
  afterEach(() => app.sql.query('DELETE FROM outbox_messages'));
  afterAll(async () => {
    await app.stop();
    await sink.stop();
  });

  const requestReset = async (email: string): Promise<string> =>
    (await app.post('/api/auth/password-reset/send-code', { email }).expect(202)).body.requestId as string;
  const mailOf = async (memberId: string): Promise<Row> => {
    const { rows } = await app.sql.query<Row>(
      `SELECT id, status, attempts, message_id AS "messageId", last_error AS "lastError", payload IS NOT NULL AS "hasPayload"
       FROM outbox_messages WHERE member_id = $1 ORDER BY created_at DESC LIMIT 1`,
      [memberId],
    );
    return rows[0]!;
  };
  const eventuallyMail = (memberId: string, what: string, is: (row: Row) => boolean): Promise<Row> =>
    eventually(what, async () => {
      const row = await mailOf(memberId);
      return is(row) ? row : undefined;
    });
  const dueNow = (changes = '') =>
    app.sql.query(
      `WITH due AS (UPDATE outbox_messages SET available_at = now() - interval '1 s'${changes} WHERE status = 'pending')
       SELECT pg_notify('munjigi_outbox', '')`,
    );

  it('FT-04 gives up a mail whose recipient is refused permanently, records the reason, and sends the others', async () => {
    const grace = await givenMember();
    sink.refuseRecipient = (address) => (address === ada.email ? 550 : undefined);
    await requestReset(ada.email);
    await requestReset(grace.email);
    const dead = await eventuallyMail(ada.id, 'the refused mail is dead', ({ status }) => status === 'dead');
    expect(dead).toMatchObject({ attempts: 1, lastError: expect.stringContaining('550') });
    expect(dead.lastError).not.toContain(ada.email);
    await eventuallyMail(grace.id, 'the other mail is sent', ({ status }) => status === 'sent');
  });

  it('FT-04 retries after a temporary refusal with the same Message-ID and the same code', async () => {
    let refusals = 0;
    sink.refuseMail = async () => (refusals++ === 0 ? 451 : undefined);
    const requestId = await requestReset(ada.email);
    const waiting = await eventuallyMail(ada.id, 'the mail is postponed', ({ lastError }) => lastError !== null);
    expect(waiting).toMatchObject({ status: 'pending', attempts: 1, hasPayload: true });
    await dueNow();
    const sent = await eventuallyMail(ada.id, 'the mail is sent', ({ status }) => status === 'sent');
    expect(sent).toMatchObject({ attempts: 2, hasPayload: false, lastError: null });
    const [first, second] = sink.mails;
    expect([second?.messageId, second?.code]).toEqual([sent.messageId, first?.code]);
    expect(first?.messageId).toBe(sent.messageId);
    await app.post('/api/auth/password-reset/confirm-code', { requestId, code: second?.code }).expect(200);
  });

  it('FT-03 keeps a mail while the mail server is unreachable, without delaying the response', async () => {
    await sink.stop();
    await requestReset(ada.email);
    const waiting = await eventuallyMail(ada.id, 'the mail is postponed', ({ lastError }) => lastError !== null);
    expect(waiting).toMatchObject({ status: 'pending', attempts: 1, hasPayload: true });
    expect(waiting.lastError).toContain('ECONN');
    await sink.startAgain();
    await dueNow();
    await eventuallyMail(ada.id, 'the mail is sent', ({ status }) => status === 'sent');
  });

  it('FT-03 a mail is dropped when its code and link expired before it could be sent', async () => {
    sink.refuseRecipient = () => 451;
    await requestReset(ada.email);
    await eventuallyMail(ada.id, 'the mail is postponed', ({ lastError }) => lastError !== null);
    sink.refuseRecipient = () => undefined;
    await dueNow(', expires_at = now()');
    const dropped = await eventuallyMail(ada.id, 'the mail is dropped', ({ status }) => status !== 'pending');
    expect(dropped).toMatchObject({ status: 'dropped', hasPayload: false });
    expect(sink.mails).toEqual([]);
  });

  it('drops a mail that is replaced by a newer one', async () => {
    sink.refuseRecipient = () => 451;
    await requestReset(ada.email);
    const first = await eventuallyMail(ada.id, 'the mail is postponed', ({ lastError }) => lastError !== null);
    sink.refuseRecipient = () => undefined;
    await afterCooldown(app);
    await requestReset(ada.email);
    await eventuallyMail(ada.id, 'the newer mail is sent', ({ status }) => status === 'sent');
    const { rows } = await app.sql.query('SELECT status, payload FROM outbox_messages WHERE id = $1', [first.id]);
    expect(rows).toEqual([{ status: 'dropped', payload: null }]);
    expect(sink.mails).toHaveLength(1);
  });

  it('drops a mail whose code is used before the mail server has answered', async () => {
    let accept: () => void = () => undefined;
    sink.refuseMail = () => new Promise((resolve) => (accept = () => resolve(undefined)));
    const requestId = await requestReset(ada.email);
    const sent = await eventually('the mail is there', async () => sink.mails[0]);
    await app.post('/api/auth/password-reset/confirm-code', { requestId, code: sent.code }).expect(200);
    expect(await mailOf(ada.id)).toMatchObject({ status: 'dropped', hasPayload: false });
    accept();
    await app.restart(); // waits for the mail in flight
    expect(await mailOf(ada.id)).toMatchObject({ status: 'dropped' });
  });

  it('sends a mail once if its outcome could not be recorded while the database refused connections', async () => {
    let accept: () => void = () => undefined;
    sink.refuseMail = () => new Promise((resolve) => (accept = () => resolve(undefined)));
    await requestReset(ada.email);
    await eventually('the mail is there', async () => sink.mails[0]);
    const { name } = app.database;
    await renameDatabase(name, `${name}_away`);
    const claimFailures = (): number => app.logs.filter((line) => line.includes('claiming mails failed')).length;
    const earlier = claimFailures();
    try {
      accept();
      await eventually('the server notices the missing database', async () => claimFailures() > earlier || undefined);
    } finally {
      await renameDatabase(`${name}_away`, name);
    }
    await eventuallyMail(ada.id, 'the mail is recorded as sent', ({ status }) => status === 'sent');
    expect(sink.mails).toHaveLength(1);
  });

  it('SL-02 does not send a tampered row, and sends the others', async () => {
    sink.refuseRecipient = () => 451;
    await requestReset(ada.email);
    await eventuallyMail(ada.id, 'the mail is postponed', ({ lastError }) => lastError !== null);
    sink.refuseRecipient = () => undefined;
    await dueNow(', payload = overlay(payload PLACING decode(repeat($$00$$, 8), $$hex$$) FROM 40)');
    await eventuallyMail(ada.id, 'the tampered mail is postponed', ({ lastError }) =>
      /cannot be decrypted/.test(lastError ?? ''),
    );
    const grace = await givenMember();
    await requestReset(grace.email);
    await eventuallyMail(grace.id, 'the other mail is sent', ({ status }) => status === 'sent');
    expect(sink.mails.map(({ to }) => to)).toEqual([[grace.email]]);
  });

  it('FT-03 FT-04 metrics distinguish an unreachable mail server from a refused mail', async () => {
    const attempts = async (): Promise<Record<string, number>> => {
      const { text } = await app.get('/metrics').expect(200);
      const samples = [...text.matchAll(/^munjigi_mail_attempts_total\{try="(\w+)",result="(\w+)"\} (\d+)$/gm)];
      return Object.fromEntries(samples.map(([, attempt, result, count]) => [`${attempt} ${result}`, Number(count)]));
    };
    const before = await attempts();
    expect(Object.keys(before)).toHaveLength(10); // all present from the start, so that an increase can be computed
    const rises = async (): Promise<Record<string, number>> => {
      const now = await attempts();
      const changed = Object.keys(now).filter((name) => now[name] !== before[name]);
      return Object.fromEntries(changed.map((name) => [name, now[name]! - before[name]!]));
    };
    const [deferred, refused] = [await givenMember(), await givenMember()];
    sink.refuseRecipient = (address) => ({ [deferred.email]: 450, [refused.email]: 550 })[address];
    await requestReset(deferred.email);
    await requestReset(refused.email);
    await requestReset(ada.email);
    await eventuallyMail(refused.id, 'the refused mail is dead', ({ status }) => status === 'dead');
    await eventuallyMail(ada.id, 'the good mail is sent', ({ status }) => status === 'sent');
    await eventuallyMail(deferred.id, 'the mail is postponed', ({ lastError }) => lastError !== null);
    expect(await rises()).toEqual({ 'first sent': 1, 'first dead': 1, 'first postponed': 1 });

    await sink.stop();
    const grace = await givenMember();
    await requestReset(grace.email);
    await eventuallyMail(grace.id, 'the mail is postponed', ({ lastError }) => lastError !== null);
    expect(await rises()).toMatchObject({
      'first sent': 1,
      'first dead': 1,
      'first postponed': 1,
      'first unreachable': 1,
    });
    await sink.startAgain();
  });

  it('EN-03 a mail server that refuses, hangs or is unreachable changes no response', async () => {
    for (const fault of ['refuses', 'hangs', 'is gone']) {
      if (fault === 'refuses') sink.refuseRecipient = () => 550;
      if (fault === 'hangs') sink.isMute = true;
      if (fault === 'is gone') await sink.stop();
      await afterCooldown(app);
      const send = (email: string) => app.post('/api/auth/password-reset/send-code', { email }).expect(202);
      const known = await send(ada.email);
      const unknown = await send(unique.email());
      expect([fault, withoutIdentity(unknown)]).toEqual([fault, withoutIdentity(known)]);
    }
    await sink.startAgain();
  });

  it('MI-02 several servers empty the outbox together, each mail is sent exactly once', async () => {
    await app.sql.query('ALTER TABLE outbox_messages DISABLE TRIGGER wait_for_test');
    const second = await app.replica();
    const cipher = new FieldCipher(new KeyRing([TEST_SECRET]).all('outbox-payload'));
    const data = { loginId: 'ada', memberSince: '2026-11', requestedAt: '2026-11-22T00:00:00Z', network: 'x' };
    const mails = Array.from({ length: 100 }, () => ({ id: randomUUID(), to: unique.email() }));
    await app.sql.query(
      `WITH mails AS (
         INSERT INTO outbox_messages (id, template, locale, status, payload, message_id)
         SELECT id, 'login-id', 'en', 'pending', payload, '<' || id || '@test>' FROM unnest($1::uuid[], $2::bytea[]) AS m (id, payload))
       SELECT pg_notify('munjigi_outbox', '')`,
      [mails.map(({ id }) => id), mails.map(({ id, to }) => cipher.encrypt(JSON.stringify({ to, data }), id))],
    );
    for (let left = mails.length; left > 0;) {
      left = await eventually('some more are sent', async () => {
        const { rowCount } = await app.sql.query(`SELECT FROM outbox_messages WHERE status <> 'sent'`);
        return rowCount! < left ? rowCount! : undefined;
      });
    }
    const recipients = mails.map(({ to }) => to).sort();
    // Mails of the faults above may still arrive.
    const received = sink.mails.filter(({ to }) => recipients.includes(to[0]!));
    expect(received.map(({ to }) => to[0]).sort()).toEqual(recipients);
    expect(new Set(received.map(({ messageId }) => messageId)).size).toBe(100);
    await second.stop();
  });

  async function givenMember(): Promise<{ id: string; email: string }> {
    const { rows } = await app.sql.query(
      `INSERT INTO members (id, login_id, email, email_key, password_hash, locale)
       VALUES (gen_random_uuid(), $1, $2, $2, 'none', 'en') RETURNING id, email`,
      [unique.loginId(), unique.email()],
    );
    return rows[0] as { id: string; email: string };
  }
});
