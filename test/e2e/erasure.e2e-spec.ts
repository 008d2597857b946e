import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import type { AccountErasureService } from '../../src/operations/maintenance/account-erasure.service.js';
import { EVENT_TYPES } from '../../src/security/events/events.js';
import { AppConfig } from '../../src/platform/config/app-config.js';
import { dataSourceOptions } from '../../src/bootstrap/data-source.js';
import { Database } from '../../src/platform/database/database.js';
import { PurgeService } from '../../src/operations/maintenance/purge.service.js';
import { givenAdmin } from '../support/admins.js';
import { given, unique, type GivenMember } from '../support/factories.js';
import { mailbox, outboxEmpty } from '../support/mailbox.js';
import { addPasskey, passwordStep } from '../support/passkeys.js';
import { resetTokenFor } from '../support/recovery.js';
import { makeErasure } from '../support/erasure.js';
import { serverEnvironment } from '../support/server-environment.js';
import { TestApp } from '../support/test-app.js';
import { codeAt, confirmCode } from '../support/second-factor.js';

/** A server. The tests run its scheduled jobs, `erasure` and `purge`, themselves on its database. */
let app: TestApp;
let dataSource: DataSource;
let erasure: AccountErasureService;
let purge: PurgeService;

beforeAll(async () => {
  app = await TestApp.start();
  const { url } = app.database;
  const config = AppConfig.load(serverEnvironment({ DATABASE_URL: url }));
  dataSource = await new DataSource(dataSourceOptions({ url, poolSize: 2, timeoutSeconds: 30 })).initialize();
  const database = new Database(dataSource);
  erasure = makeErasure(config, database);
  purge = new PurgeService(database, config);
  // Written directly, so no server sends to it and its deliveries wait.
  await app.sql.query(
    `WITH webhook AS (INSERT INTO webhooks (id, url, types, secret, sealed_by)
       VALUES (gen_random_uuid(), 'http://127.0.0.1:9/', $1, '', '') RETURNING id)
     INSERT INTO event_consumers (id, kind) SELECT id, 'webhook' FROM webhook`,
    [EVENT_TYPES],
  );
});
afterAll(async () => {
  await dataSource?.destroy();
  await app.stop();
});

/**
 * All tables, or those with the given column. Partitions are left out: they belong to their tables.
 */
async function tables(column?: string): Promise<string[]> {
  const { rows } = await app.sql.query(
    `SELECT relname AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition
       AND ($1::text IS NULL OR EXISTS (SELECT FROM pg_attribute WHERE attrelid = pg_class.oid AND attname = $1)) ORDER BY 1`,
    [column],
  );
  return rows.map(({ name }) => name as string);
}

async function rowsOf({ id }: GivenMember): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const table of await tables('member_id')) {
    const { rows } = await app.sql.query(`SELECT count(*)::int AS count FROM ${table} WHERE member_id = $1`, [id]);
    counts[table] = rows[0].count;
  }
  return counts;
}

/** The tables that contain a text in any column. */
async function tablesNaming(text: string): Promise<string[]> {
  const tableNames: string[] = [];
  for (const name of await tables()) {
    const { rows: hits } = await app.sql.query(`SELECT FROM ${name} AS row WHERE row::text ILIKE '%' || $1 || '%'`, [
      text,
    ]);
    if (hits.length > 0) tableNames.push(name);
  }
  return tableNames;
}

/** A member with rows in every table that has the column `member_id`. */
async function busyMember(): Promise<GivenMember & { oldEmail: string; name: string }> {
  const name = `Countess ${unique.loginId()}`;
  const ada = await given.member(app, { name });
  const totp = await ada.client.post('/api/members/me/totp', { password: ada.password }, ada.accessToken).expect(200);
  const code = codeAt(totp.body.secret);
  const { body: enrolled } = await ada.client
    .post('/api/members/me/totp/confirm', { code }, ada.accessToken)
    .expect(200);
  await confirmCode(ada, enrolled.recoveryCodes[0]);
  await addPasskey(ada, undefined, { name: 'her key' });
  await passwordStep(ada); // a login that waits for its second factor
  await ada.client.post('/api/members/me/passkeys/options', { password: ada.password }, ada.accessToken).expect(200);
  const newEmail = unique.email();
  const { body } = await ada.client
    .post('/api/members/me/email/send-code', { newEmail, password: ada.password }, ada.accessToken)
    .expect(202);
  const mail = await mailbox.to(newEmail).next();
  await ada.client
    .post('/api/members/me/email/confirm-code', { requestId: body.requestId, code: mail.code }, ada.accessToken)
    .expect(204);
  await resetTokenFor(app, { email: newEmail });
  await app.sql.query(`INSERT INTO risk_notices (member_id, device, signal) VALUES ($1, 'somewhere', 'new_device')`, [
    ada.id,
  ]);
  await app.sql.query(`INSERT INTO factor_disputes (member_id, disputed_since, due_at) VALUES ($1, now(), now())`, [
    ada.id,
  ]);
  await app.sql.query(
    `INSERT INTO identities (id, member_id, provider, subject, email) VALUES (gen_random_uuid(), $1, 'kakao', $2, $3)`,
    [ada.id, unique.loginId(), newEmail],
  );
  await app.sql.query(
    `INSERT INTO consents (member_id, document_id, version, language, document_hash, action, ip)
     VALUES ($1, 'terms', '1', 'en', repeat('a', 64), 'given', '192.0.2.1')`,
    [ada.id],
  );
  await app.sql.query(
    `INSERT INTO invitations (id, email, email_key, role, locale, expires_at, accepted_at, member_id)
     VALUES (gen_random_uuid(), $2, $2, 'member', 'en', now() + interval '1 day', now(), $1)`,
    [ada.id, newEmail],
  );
  return { ...ada, name, email: newEmail, oldEmail: ada.email };
}

async function close({ client, accessToken, password, id }: GivenMember, daysAgo: number): Promise<void> {
  await client.delete('/api/members/me', { password }, accessToken).expect(204);
  await app.sql.query(`UPDATE members SET closed_at = now() - make_interval(days => $2) WHERE id = $1`, [id, daysAgo]);
  await outboxEmpty(app);
}

describe('closed account', () => {
  it('EV-05 is erased with all dependent rows after the grace period, and neither the audit log nor an event keeps personal data', async () => {
    const [ada, bob] = await Promise.all([busyMember(), busyMember()]);
    const before = await rowsOf(ada);
    for (const table of [
      ...['sessions', 'devices', 'totp_secrets', 'recovery_codes', 'mfa_challenges', 'passkeys', 'passkey_challenges'],
      ...['email_changes', 'proof_requests', 'reset_grants', 'outbox_messages', 'security_events'],
    ])
      expect([table, before[table]]).toEqual([table, expect.any(Number)]);
    expect(Object.entries(before).filter(([, count]) => count === 0)).toEqual([]);
    const bobsRows = await rowsOf(bob);

    await close(ada, 15);
    await erasure.eraseDue();

    const { security_events: events, ...rest } = await rowsOf(ada);
    expect(Object.entries(rest).filter(([, count]) => count > 0)).toEqual([
      ['event_deliveries', 1],
      ['events', 1],
    ]);
    const { rows: left } = await app.sql.query('SELECT type, data FROM events WHERE member_id = $1', [ada.id]);
    expect(left).toEqual([{ type: 'member.erased', data: {} }]);
    expect(events).toBeGreaterThan(0); // the audit log keeps the security events, without personal data
    const { rows } = await app.sql.query(
      'SELECT DISTINCT ip, user_agent, details FROM security_events WHERE member_id = $1',
      [ada.id],
    );
    expect(rows).toEqual([{ ip: '', user_agent: '', details: {} }]);
    for (const text of [ada.loginId, ada.email, ada.oldEmail, ada.name, ada.client.ip])
      expect([text, await tablesNaming(text)]).toEqual([text, []]);

    expect(await rowsOf(bob)).toEqual(bobsRows);
    expect(await tablesNaming(bob.loginId)).toEqual(['events', 'members', 'security_events', 'sign_ups']);
    // Login ID and address are available again.
    const again = await given.member(app, { loginId: ada.loginId, email: ada.email });
    expect(again.id).not.toBe(ada.id);
  });

  it('EV-05 is erased at once with its sign-up, the mails of that sign-up and requests that matched no member', async () => {
    const [admin, ada] = await Promise.all([givenAdmin(app), busyMember()]);
    const { rows: mails } = await app.sql.query(
      `INSERT INTO outbox_messages (id, template, locale, status, message_id, proof_id, payload)
       SELECT gen_random_uuid(), 'sign-up', 'en', 'dead', 'm', p.id, 'x' FROM proof_requests p JOIN sign_ups s ON s.id = p.sign_up_id
       WHERE s.login_id = $1 RETURNING id`,
      [ada.loginId],
    );
    for (const emailKey of [ada.email, ada.oldEmail])
      await app.sql.query(
        `INSERT INTO proof_requests (id, purpose, email_key, code_expires_at, link_expires_at)
         VALUES (gen_random_uuid(), 'find-login-id', $1, now() + interval '1 minute', now() + interval '1 minute')`,
        [emailKey],
      );
    const request = { body: { when: 'now' }, token: admin.accessToken, headers: { 'audit-reason': 'request' } };
    await admin.client.request('DELETE', `/api/admin/members/${ada.id}`, request).expect(204);
    await outboxEmpty(app);
    await erasure.eraseDue();
    for (const text of [ada.loginId, ada.email, ada.oldEmail, ada.name, mails[0].id])
      expect([text, await tablesNaming(text)]).toEqual([text, []]);
  });

  it('EV-05 is erased without the sign-ups and invitations of others on an address that the member had', async () => {
    const ada = await busyMember();
    const address = [ada.oldEmail];
    await app
      .client()
      .post('/api/auth/sign-up', { ...unique.signUp(), email: ada.oldEmail })
      .expect(202);
    await app.sql.query(
      `INSERT INTO proof_requests (id, purpose, email_key, code_expires_at, link_expires_at, spent_at)
       SELECT gen_random_uuid(), 'invitation', $1, now() + interval '1 day', now() + interval '1 day', spent_at
       FROM unnest(ARRAY[NULL, now()]) spent_at`,
      address,
    );
    await close(ada, 15);
    await erasure.eraseDue();
    const { rows: signUps } = await app.sql.query('SELECT confirmed_at FROM sign_ups WHERE email_key = $1', address);
    expect(signUps).toEqual([{ confirmed_at: null }]);
    const { rows: challenges } = await app.sql.query(
      'SELECT purpose, spent_at FROM proof_requests WHERE email_key = $1 ORDER BY purpose',
      address,
    );
    expect(challenges).toEqual([
      { purpose: 'invitation', spent_at: null },
      { purpose: 'sign-up', spent_at: null },
    ]);
  });

  it('EV-05 AC-01 is erased with the reasons that administrators gave before the person was a member', async () => {
    const admin = await givenAdmin(app);
    const reason = `Ticket ${unique.loginId()}`;
    const headers = { 'audit-reason': encodeURIComponent(reason) };
    const act = (method: string, path: string, body?: object) =>
      admin.client.request(method, `/api/admin/${path}`, { body, token: admin.accessToken, headers });
    const reasons = async (): Promise<string[]> =>
      (
        await app.sql.query(`SELECT type FROM security_events WHERE details ->> 'auditReason' = $1 ORDER BY id`, [
          reason,
        ])
      ).rows.map(({ type }) => type);
    const invite = async (email: string): Promise<string> => {
      await app.sql.query('DELETE FROM rate_limits');
      return (await act('POST', 'invitations', { email }).expect(201)).body.id;
    };
    const [ada, bob] = [unique.email(), unique.email()];
    await act('GET', `login-diagnosis?identifier=${ada}`).expect(200);
    await act('DELETE', `invitations/${await invite(ada)}`).expect(204);
    const withdrawn = await mailbox.to(ada).next();
    await invite(ada);
    const former = unique.email();
    await act('DELETE', `invitations/${await invite(former)}`).expect(204);
    await invite(bob);
    const { body: list } = await act('GET', 'security-events?type=invitation.created').expect(200);
    expect(list.items[0].details).toEqual({ invitationId: expect.any(String), role: 'member', auditReason: reason });
    const { text } = await mailbox.to(ada).next({ after: withdrawn });
    const token = /#token=([\w-]+)/.exec(text)![1]!;
    const values = { loginId: unique.loginId(), password: unique.password() };
    const client = app.client();
    const { body } = await client.post('/api/auth/invitations/accept', { token, ...values }).expect(200);
    const { body: profile } = await client.get('/api/members/me', body.accessToken).expect(200);
    await app.sql.query(
      `INSERT INTO email_changes (id, member_id, old_email, old_email_key, undo_digest, undo_until)
       VALUES (gen_random_uuid(), $1, $2, $2, 'x', now() + interval '1 day')`,
      [profile.id, former],
    );
    // The accepted invitation still has the former address.
    await app.sql.query(`UPDATE members SET email = $2, email_key = $2 WHERE id = $1`, [profile.id, unique.email()]);
    const { rows: mails } = await app.sql.query(
      `INSERT INTO outbox_messages (id, template, locale, status, message_id, member_id, payload)
       VALUES (gen_random_uuid(), 'login-id', 'en', 'dead', 'm', $1, 'x') RETURNING id`,
      [profile.id],
    );
    await act('POST', `outbox/${mails[0].id}/retry`).expect(202);
    await app.sql.query('DELETE FROM outbox_messages WHERE id = $1', [mails[0].id]);
    const { rows: sent } = await app.sql.query(
      `UPDATE event_deliveries SET status = 'sent' WHERE id = (SELECT id FROM event_deliveries WHERE member_id = $1 LIMIT 1)
       RETURNING id, webhook_id AS webhook`,
      [profile.id],
    );
    await act('POST', `webhooks/${sent[0].webhook}/deliveries/${sent[0].id}/retry`).expect(202);
    const created = 'invitation.created';
    const retried = ['mail.retried', 'webhook.delivery_retried'];
    const undone = [created, 'invitation.withdrawn'];
    expect(await reasons()).toEqual([...undone, created, ...undone, created, ...retried]);

    await close({ client, accessToken: body.accessToken, ...values, id: profile.id } as GivenMember, 15);
    await erasure.eraseDue();
    expect(await reasons()).toEqual([created]); // for the invitation of Bob
  });

  it('is kept within the grace period, and an open account is kept, too', async () => {
    const [ada, bob] = await Promise.all([given.member(app), given.member(app)]);
    await close(ada, 13);
    await erasure.eraseDue();
    const { rows } = await app.sql.query('SELECT status FROM members WHERE id = ANY($1) ORDER BY status', [
      [ada.id, bob.id],
    ]);
    expect(rows).toEqual([{ status: 'active' }, { status: 'closed' }]);
    await ada.client.post('/api/auth/login', { identifier: ada.loginId, password: ada.password }).expect(200);
  });
});

describe('purge', () => {
  /** For each table: the change that makes a row expire (`old`), and one that almost does (`young`). */
  const RULES: Record<string, { old: string; young: string }> = {
    sign_ups: { old: `expires_at = now() - interval '25 hours'`, young: `expires_at = now() - interval '23 hours'` },
    proof_requests: {
      old: `code_expires_at = now() - interval '8 days', link_expires_at = now() - interval '8 days'`,
      young: `code_expires_at = now() - interval '8 days', link_expires_at = now() - interval '6 days'`,
    },
    reset_grants: {
      old: `expires_at = now() - interval '25 hours'`,
      young: `expires_at = now() - interval '23 hours'`,
    },
    devices: { old: `last_seen_at = now() - interval '401 days'`, young: `last_seen_at = now() - interval '399 days'` },
    mfa_challenges: {
      old: `expires_at = now() - interval '25 hours'`,
      young: `expires_at = now() - interval '23 hours'`,
    },
    passkey_challenges: { old: `expires_at = now()`, young: `expires_at = now() + interval '1 minute'` },
    sessions: {
      old: `absolute_expires_at = now() - interval '25 hours'`,
      young: `absolute_expires_at = now() - interval '23 hours'`,
    },
    outbox_messages: {
      old: `created_at = now() - interval '31 days'`,
      young: `created_at = now() - interval '29 days'`,
    },
    events: {
      old: `occurred_at = now() - interval '31 days'`,
      young: `occurred_at = now() - interval '29 days'`,
    },
    security_events: { old: `at = now() - interval '366 days'`, young: `at = now() - interval '364 days'` },
  };

  it.each(Object.entries(RULES))('deletes rows of %s when they have expired, and not earlier', async (table, rule) => {
    const [ada, bob] = await Promise.all([busyMember(), busyMember()]);
    await outboxEmpty(app);
    const ofMember = table === 'sign_ups' ? 'login_id' : 'member_id';
    const keyOf = (member: GivenMember) => (table === 'sign_ups' ? member.loginId : member.id);
    const count = async (member: GivenMember): Promise<number> => {
      const { rows } = await app.sql.query(`SELECT FROM ${table} WHERE ${ofMember} = $1`, [keyOf(member)]);
      return rows.length;
    };
    // A delivery that waits keeps its event (EV-02).
    await app.sql.query('DELETE FROM event_deliveries d USING events e WHERE e.id = d.event_id AND e.member_id = $1', [
      ada.id,
    ]);
    await app.sql.query(`UPDATE ${table} SET ${rule.old} WHERE ${ofMember} = $1`, [keyOf(ada)]);
    await app.sql.query(`UPDATE ${table} SET ${rule.young} WHERE ${ofMember} = $1`, [keyOf(bob)]);
    const left = await count(bob);
    expect([(await count(ada)) > 0, left > 0]).toEqual([true, true]);
    await purge.purge();
    expect([await count(ada), await count(bob)]).toEqual([0, left]);
  });

  it('deletes revocations of expired tokens, and old login failures unless they block an account', async () => {
    const ids = ['00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000002'];
    await app.sql.query(
      `INSERT INTO revocations (session_id, expires_at) VALUES ($1, now() - interval '1 second'), ($2, now() + interval '1 minute')`,
      ids,
    );
    await app.sql.query(
      `INSERT INTO login_failures (key, account, failures, blocked_until, updated_at) VALUES
       ('old', 'x', 1, NULL, now() - interval '31 days'), ('young', 'x', 1, NULL, now() - interval '29 days'),
       ('locked', 'x', 100, 'infinity', now() - interval '31 days')`,
    );
    await purge.purge();
    const { rows: revoked } = await app.sql.query(
      'SELECT session_id AS id FROM revocations WHERE session_id = ANY($1)',
      [ids],
    );
    expect(revoked).toEqual([{ id: ids[1] }]);
    const { rows: failures } = await app.sql.query(
      `SELECT convert_from(key, 'UTF8') AS key FROM login_failures WHERE account = 'x' ORDER BY key`,
    );
    expect(failures).toEqual([{ key: 'locked' }, { key: 'young' }]);
  });

  it('keeps pending mails, and erases the payload of a dead mail after a week', async () => {
    const mails = [
      ['pending', `now() - interval '31 days'`, 'NULL'],
      ['dead', 'now()', `now() - interval '8 days'`],
      ['dead', 'now()', `now() - interval '6 days'`],
    ];
    for (const [status, createdAt, finishedAt] of mails)
      await app.sql.query(
        `INSERT INTO outbox_messages (id, template, locale, status, payload, message_id, created_at, available_at, finished_at)
         VALUES (gen_random_uuid(), 'login-id', 'en', '${status}', 'sealed', 'purge-test', ${createdAt}, 'infinity', ${finishedAt})`,
      );
    await purge.purge();
    const { rows } = await app.sql.query(
      `SELECT status, payload IS NOT NULL AS "isReadable" FROM outbox_messages WHERE message_id = 'purge-test' ORDER BY finished_at NULLS FIRST`,
    );
    expect(rows).toEqual([
      { status: 'pending', isReadable: true },
      { status: 'dead', isReadable: false },
      { status: 'dead', isReadable: true },
    ]);
    await app.sql.query(`DELETE FROM outbox_messages WHERE message_id = 'purge-test'`);
  });
});
