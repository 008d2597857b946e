import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { DataSource } from 'typeorm';
import { EventDeliveriesRepository } from '../../src/security/events/deliveries/event-deliveries.repository.js';
import { EventConsumersRepository } from '../../src/security/events/log/event-consumers.repository.js';
import { EventsRepository } from '../../src/security/events/log/events.repository.js';
import { WebhookSecretReEncryption } from '../../src/security/events/webhooks/webhook-secret-re-encryption.service.js';
import { WebhookSecrets } from '../../src/security/events/webhooks/webhook-secrets.js';
import { WebhooksRepository } from '../../src/security/events/webhooks/webhooks.repository.js';
import { KeyRing } from '../../src/platform/crypto/key-ring.js';
import { newWebhookSecret } from '../../src/platform/http-client/webhook-signature.js';
import { EventLogService } from '../../src/integrations/events/event-log.service.js';
import { AppConfig } from '../../src/platform/config/app-config.js';
import { Clock } from '../../src/platform/database/clock.js';
import { Database } from '../../src/platform/database/database.js';
import { ReadReplica } from '../../src/platform/database/read-replica.js';
import type { Tx } from '../../src/platform/database/sql.js';
import type { AuditLogService } from '../../src/security/audit-log/audit-log.service.js';
import { caught } from '../support/caught.js';
import { openDataSource } from '../support/data-source.js';
import { eventually } from '../support/eventually.js';
import { makeAuditLog, makeEventRecording } from '../support/event-services.js';
import { serverEnvironment } from '../support/server-environment.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

const CONTEXT = { ip: '198.18.0.1', userAgent: 'test', locale: 'en', requestId: 'r' } as const;

describe('events', () => {
  let own: TestDatabase;
  let dataSource: DataSource;
  let database: Database;
  let log: EventLogService;
  const consumers = new EventConsumersRepository();
  const clock = new Clock();

  beforeAll(async () => {
    own = await createTestDatabase();
    dataSource = await openDataSource(own, 6);
    database = new Database(dataSource);
    const config = AppConfig.load(serverEnvironment({ DATABASE_URL: own.url }));
    log = new EventLogService(config, clock, new EventsRepository(database), new ReadReplica(database, config));
  });
  afterAll(async () => {
    await dataSource.destroy();
    await own.drop();
  });
  beforeEach(async () => {
    await own.pool.query(`TRUNCATE events, event_consumers, webhooks, event_deliveries, security_events`);
  });

  async function member(): Promise<string> {
    const id = randomUUID();
    await own.pool.query(
      `INSERT INTO members (id, login_id, email, email_key, password_hash, locale) VALUES ($1, $2, $3, $3, '', 'ko')`,
      [id, `m${id.slice(0, 8)}`, `${id}@example.test`],
    );
    return id;
  }
  const observe = (id: string = randomUUID()): Promise<void> =>
    database.transaction((tx) => consumers.add(tx, { kind: 'api-key', id }));
  const end = (tx: Tx, memberId: string, sessionId = randomUUID()): Promise<void> =>
    makeAuditLog(database).record(tx, 'session.ended', { memberId, sessionId, context: CONTEXT }, { reason: 'logout' });
  /** A transaction that has done its work and waits for `commit`. */
  async function openTransaction(work: (tx: Tx) => Promise<void>) {
    let commit!: () => void;
    let reached!: () => void;
    const released = new Promise<void>((resolve) => (commit = resolve));
    const worked = new Promise<void>((resolve) => (reached = resolve));
    const done = database.transaction(async (tx) => {
      await work(tx);
      reached();
      await released;
    });
    await Promise.race([worked, done]);
    return { commit: () => (commit(), done) };
  }
  const someTransactionWaits = (): Promise<true> =>
    eventually('a transaction waits for a lock', async () => {
      const { rows } = await own.pool.query(
        `SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`,
      );
      return rows.length > 0 || undefined;
    });
  /** Runs `work` with a clock that is ahead. */
  async function ahead<T>(ms: number, work: () => Promise<T>): Promise<T> {
    const now = Date.now();
    clock.synchronise(now + ms, now, now);
    try {
      return await work();
    } finally {
      clock.synchronise(now, now, now);
    }
  }
  const stored = async (): Promise<number> => {
    const { rows } = await own.pool.query<{ count: number }>(`SELECT count(*)::int AS count FROM events`);
    return rows[0]!.count;
  };

  it('EV-01 are written with their cause or not at all, and only while there is a receiver', async () => {
    const ada = await member();
    await database.transaction((tx) => end(tx, ada));
    expect(await stored()).toBe(0);
    await observe();
    const refused = database.transaction(async (tx) => {
      await end(tx, ada);
      throw new Error('rolled back');
    });
    await expect(refused).rejects.toThrow('rolled back');
    expect(await stored()).toBe(0);
    await database.transaction((tx) => end(tx, ada));
    expect(await stored()).toBe(1);
  });

  it('cost logins and sign-ups no statement while there is no receiver', async () => {
    const ada = await member();
    const subject = { memberId: ada, sessionId: randomUUID(), context: CONTEXT };
    const statementsOf = (work: (log: AuditLogService, tx: Tx) => Promise<void>): Promise<number> =>
      database.transaction(async (tx) => {
        const query = jest.spyOn(tx, 'query');
        await work(makeAuditLog(database), tx);
        return query.mock.calls.length;
      });
    const login = () => statementsOf((audit, tx) => audit.record(tx, 'login.succeeded', subject, { newDevice: true }));
    const signUp = () => statementsOf((audit, tx) => audit.record(tx, 'sign-up.confirmed', subject, { by: 'code' }));
    // The security event itself, which is written in any case.
    expect([await login(), await signUp()]).toEqual([1, 1]);
    await observe();
    expect([await login(), await signUp()]).toEqual([3, 3]);
  });

  it('EV-01 a receiver is added only after the end of all transactions that do not see it', async () => {
    const [ada, bob] = [await member(), await member()];
    const early = await openTransaction((tx) => end(tx, ada));
    let isAdded = false;
    const adding = observe().then(() => (isAdded = true));
    await eventually('the receiver waits', async () => {
      const { rows } = await own.pool.query(
        `SELECT FROM pg_locks WHERE NOT granted AND relation = 'security_events'::regclass`,
      );
      return rows.length > 0 || undefined;
    });
    const late = database.transaction((tx) => end(tx, bob)); // begins while the receiver waits
    expect(isAdded).toBe(false);
    await early.commit();
    await Promise.all([adding, late]);
    expect((await log.read(undefined, null, 10)).items.map(({ memberId }) => memberId)).toEqual([bob]);
  });

  it('EV-01 a reader misses no event that commits after a later one', async () => {
    await observe();
    const [ada, bob] = [await member(), await member()];
    const slow = await openTransaction((tx) => end(tx, ada));
    await database.transaction((tx) => end(tx, bob));
    const first = await log.read(undefined, null, 10);
    const nothing = await log.read(first.nextCursor, null, 10);
    await slow.commit();
    const second = await log.read(nothing.nextCursor, null, 10);
    expect([first, nothing, second].map(({ items }) => items.map(({ memberId }) => memberId))).toEqual([
      [bob],
      [],
      [ada],
    ]);
  });

  it('EV-02 of one member commit in the order of their ids', async () => {
    await observe();
    const ada = await member();
    const [one, two] = [randomUUID(), randomUUID()];
    const slow = await openTransaction((tx) => end(tx, ada, one));
    const second = database.transaction((tx) => end(tx, ada, two));
    await someTransactionWaits();
    expect((await log.read(undefined, null, 10)).items).toEqual([]);
    await slow.commit();
    await second;
    const { items } = await log.read(undefined, null, 10);
    expect(items.map(({ data }) => data.sessionId)).toEqual([one, two]);
    expect([...items.map(({ id }) => id)].sort()).toEqual(items.map(({ id }) => id));
  });

  it('EV-05 of an erased member are replaced by one that holds the id alone', async () => {
    await observe();
    const ada = await member();
    await database.transaction((tx) =>
      makeAuditLog(database).record(tx, 'profile.changed', { memberId: ada, context: CONTEXT }, { fields: ['name'] }),
    );
    const before = await log.read(undefined, null, 10);
    expect(before.items[0]!.data).toMatchObject({ fields: ['name'], member: { email: `${ada}@example.test` } });
    await database.transaction(async (tx) => {
      await tx.query(`DELETE FROM members WHERE id = $1`, [ada]);
      await makeEventRecording(database).recordErased(tx, [ada]);
    });
    // A session that ends after the erasure adds no event.
    await database.transaction((tx) => end(tx, ada));
    const { items } = await log.read(undefined, null, 10);
    expect(items).toEqual([expect.objectContaining({ type: 'member.erased', memberId: ada, data: {} })]);
    expect((await log.read(before.nextCursor, null, 10)).items).toEqual(items);
  });

  describe('EV-02 EV-05 of a member who is erased during a delivery', () => {
    let [busy, idle, ada] = ['', '', ''];
    let deliveries: EventDeliveriesRepository;
    beforeEach(async () => {
      deliveries = new EventDeliveriesRepository(database);
      [busy, idle, ada] = [randomUUID(), randomUUID(), await member()];
      for (const id of [busy, idle]) {
        await own.pool.query(
          `INSERT INTO webhooks (id, url, types, secret, sealed_by) VALUES ($1, 'https://a.example', '{session.ended,member.erased}', '', '')`,
          [id],
        );
        await observe(id);
      }
      await database.transaction((tx) => end(tx, ada));
    });
    const claim = async (webhookId: string): Promise<string[]> =>
      (await deliveries.claim(webhookId, '0', 9, 9, 60)).map(({ event }) => event.type);
    const erase = (): Promise<void> =>
      database.transaction(async (tx) => {
        await tx.query(`DELETE FROM members WHERE id = $1`, [ada]);
        await makeEventRecording(database).recordErased(tx, [ada]);
      });
    const endLeases = () => own.pool.query(`UPDATE event_deliveries SET available_at = now()`);

    it('`member.erased` waits for the lease of that delivery, and at no other webhook', async () => {
      expect(await claim(busy)).toEqual(['session.ended']);
      const { rows: before } = await own.pool.query(`SELECT max(available_at)::text AS lease FROM event_deliveries`);
      await erase();
      expect([await claim(busy), await claim(idle)]).toEqual([[], ['member.erased']]);
      const { rows } = await own.pool.query(
        `SELECT e.type, e.data, d.available_at::text AS lease FROM event_deliveries d JOIN events e ON e.id = d.event_id WHERE webhook_id = $1`,
        [busy],
      );
      expect(rows).toEqual([{ type: 'member.erased', data: {}, lease: before[0].lease }]);
      await endLeases();
      expect(await claim(busy)).toEqual(['member.erased']);
    });

    it('`member.erased` waits for a lease that begins during the erasure', async () => {
      const other = await own.pool.connect();
      await other.query('BEGIN');
      await other.query(
        `UPDATE event_deliveries SET attempts = 1, available_at = now() + interval '60 s' WHERE webhook_id = $1`,
        [busy],
      );
      const erased = erase();
      await someTransactionWaits();
      await other.query('COMMIT');
      other.release();
      await erased;
      expect([await claim(busy), await claim(idle)]).toEqual([[], ['member.erased']]);
      await endLeases();
      expect(await claim(busy)).toEqual(['member.erased']);
    });
  });

  it('are read in pages, by type, and from now on', async () => {
    await observe();
    const ada = await member();
    for (let n = 0; n < 5; n += 1) await database.transaction((tx) => end(tx, ada));
    const first = await log.read(undefined, null, 2);
    const second = await log.read(first.nextCursor, null, 9);
    expect([first.items.length, first.hasMore, second.items.length, second.hasMore]).toEqual([2, true, 3, false]);
    const others = await log.read(undefined, ['member.created'], 2);
    expect([others.items, others.nextCursor.split('.')[0]]).toEqual([[], second.nextCursor.split('.')[0]]);
    const latest = await log.read('latest', null, 2);
    await database.transaction((tx) => end(tx, ada));
    expect([latest.items, (await log.read(latest.nextCursor, null, 9)).items.length]).toEqual([[], 1]);
  });

  it('EV-01 are read to the end by a reader of few types, however many others are new', async () => {
    await observe();
    const ada = await member();
    await database.transaction((tx) => end(tx, ada));
    const { nextCursor } = await log.read('latest', null, 1);
    const copy = async (count: number) =>
      own.pool.query(
        `INSERT INTO events (occurred_at, type, member_id, data)
         SELECT now(), 'member.created', member_id, '{}' FROM events, generate_series(1, $1) WHERE member_id = $2 AND type = 'session.ended'`,
        [count, ada],
      );
    await copy(10_000);
    await database.transaction((tx) => end(tx, ada));
    const first = await log.read(nextCursor, ['session.ended'], 5);
    const second = await log.read(first.nextCursor, ['session.ended'], 5);
    expect([first, second].map(({ items, hasMore }) => [items.length, hasMore])).toEqual([
      [0, true],
      [1, false],
    ]);
  });

  it('TK-11 SL-02 the secrets of webhooks move to a new master secret', async () => {
    const [old, next] = ['a', 'b'].map((letter) => letter.repeat(40)) as [string, string];
    const [before, both, after] = [[old], [next, old], [next]].map((keys) => new WebhookSecrets(new KeyRing(keys)));
    const webhooks = new WebhooksRepository(database);
    const [id, secret] = [randomUUID(), newWebhookSecret()];
    const encrypted = before!.encrypt(id, secret);
    await own.pool.query(
      `INSERT INTO webhooks (id, url, types, secret, previous_secret, sealed_by) VALUES ($1, 'https://a.example', '{}', $2, $2, $3)`,
      [id, encrypted, before!.keyId],
    );
    expect(() => after!.decrypt(id, encrypted)).toThrow();
    const reEncryption = new WebhookSecretReEncryption(webhooks, both!);
    // A failure of the database is not taken for a secret that cannot be decrypted.
    jest.spyOn(webhooks, 'replaceSecrets').mockRejectedValueOnce(new Error('connection lost'));
    await expect(database.transaction((tx) => reEncryption.reencrypt(tx))).rejects.toThrow('connection lost');
    expect(await database.transaction((tx) => new WebhookSecretReEncryption(webhooks, after!).reencrypt(tx))).toBe(0);
    expect(await database.transaction((tx) => reEncryption.reencrypt(tx))).toBe(1);
    expect(await reEncryption.count()).toEqual([{ keyId: after!.keyId, count: 1 }]);
    const { rows } = await own.pool.query(`SELECT secret, previous_secret FROM webhooks WHERE id = $1`, [id]);
    for (const value of Object.values(rows[0])) expect(after!.decrypt(id, value as Buffer)).toBe(secret);
    expect(await database.transaction((tx) => reEncryption.reencrypt(tx))).toBe(0);
  });

  it('EV-01 are read from the beginning to the end while the purge is late', async () => {
    await observe();
    const ada = await member();
    const grow = async (age: string): Promise<void> => {
      await database.transaction((tx) => end(tx, ada));
      await own.pool.query(
        `UPDATE events SET occurred_at = now() - interval '${age}' WHERE id = (SELECT max(id) FROM events)`,
      );
    };
    await grow('31 days');
    const none = await log.read(undefined, null, 1);
    expect([none.items, none.hasMore]).toEqual([[], false]);
    for (const age of ['719 hours 30 minutes', '719 hours 29 minutes', '1 hour']) await grow(age);
    expect((await log.read(none.nextCursor, null, 9)).items).toHaveLength(3);
    const first = await log.read(undefined, null, 1);
    // A reader that takes an hour for a page.
    const [second, third] = await ahead(3_600_000, async () => {
      const next = await log.read(first.nextCursor, null, 1);
      return [next, await log.read(next.nextCursor, null, 9)] as const;
    });
    expect([first, second, third].map(({ items }) => items.length)).toEqual([1, 1, 1]);
    expect([first, second, third].map(({ hasMore }) => hasMore)).toEqual([true, true, false]);
  });

  it('EV-01 are refused to a cursor that stopped among events which the purge may have deleted since', async () => {
    await observe();
    const ada = await member();
    for (let n = 0; n < 3; n += 1) await database.transaction((tx) => end(tx, ada));
    await own.pool.query(`UPDATE events SET occurred_at = now() - interval '29 days'`);
    const [middle, last] = [await log.read(undefined, null, 1), await log.read(undefined, null, 3)];
    await ahead(2 * 86_400_000, async () => {
      expect(await caught(log.read(middle.nextCursor, null, 9))).toMatchObject({ code: 'cursor_expired' });
      expect((await log.read(last.nextCursor, null, 9)).items).toEqual([]);
    });
  });

  it('are refused to a cursor that is older than the log, or invented', async () => {
    const { nextCursor } = await log.read(undefined, null, 1);
    await ahead(31 * 86_400_000, async () =>
      expect(await caught(log.read(nextCursor, null, 1))).toMatchObject({ code: 'cursor_expired' }),
    );
    for (const cursor of ['1', 'x.y', '-1.a', `${'9'.repeat(30)}.a`])
      expect(await caught(log.read(cursor, null, 1))).toMatchObject({ code: 'validation_failed' });
  });
});
