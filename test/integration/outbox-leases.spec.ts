import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { DataSource } from 'typeorm';
import { EventDeliveriesRepository } from '../../src/security/events/deliveries/event-deliveries.repository.js';
import { WebhookQueue } from '../../src/security/events/deliveries/webhook-queue.js';
import { WebhooksRepository } from '../../src/security/events/webhooks/webhooks.repository.js';
import { OutboxBacklogRepository } from '../../src/mail/outbox/outbox-backlog.repository.js';
import { OutboxInspectionRepository } from '../../src/mail/outbox/outbox-inspection.repository.js';
import { OutboxMessage } from '../../src/mail/outbox/outbox-message.entity.js';
import { OutboxRepository } from '../../src/mail/outbox/outbox.repository.js';
import { Database } from '../../src/platform/database/database.js';
import type { Tx } from '../../src/platform/database/sql.js';
import { ProviderRevocationsRepository } from '../../src/platform/federation/revocations/provider-revocations.repository.js';
import { postponed, type ClaimedRow } from '../../src/platform/outbox/attempts.js';
import { Backoff } from '../../src/platform/outbox/backoff.js';
import type { OutboxQueue } from '../../src/platform/outbox/outbox-queue.js';
import { openDataSource } from '../support/data-source.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

const WEBHOOK = randomUUID();

let own: TestDatabase;
let dataSource: DataSource;
let database: Database;
beforeAll(async () => {
  own = await createTestDatabase();
  dataSource = await openDataSource(own);
  database = new Database(dataSource);
  await own.pool.query(
    `INSERT INTO webhooks (id, url, types, secret, sealed_by) VALUES ($1, 'https://example.test', '{}', '', '')`,
    [WEBHOOK],
  );
});
afterAll(async () => {
  await dataSource.destroy();
  await own.drop();
});

/** Writes a row that is due. */
const ADD = {
  outbox_messages: `INSERT INTO outbox_messages (id, template, locale, status, message_id, payload) VALUES (gen_random_uuid(), 'sign-up', 'en', 'pending', '', '')`,
  event_deliveries: `WITH event AS (INSERT INTO events (type, member_id, data) VALUES ('session.ended', gen_random_uuid(), '{}') RETURNING id, member_id)
    INSERT INTO event_deliveries (id, event_id, webhook_id, member_id) SELECT gen_random_uuid(), id, '${WEBHOOK}', member_id FROM event`,
  provider_revocations: `INSERT INTO provider_revocations (id, provider, subject, sealed) VALUES (gen_random_uuid(), 'google', '', '')`,
};
type Table = keyof typeof ADD;
const QUEUES: Record<Table, () => OutboxQueue<ClaimedRow>> = {
  outbox_messages: () => new OutboxRepository(database),
  event_deliveries: () => new WebhookQueue(WEBHOOK, new EventDeliveriesRepository(database)),
  provider_revocations: () => new ProviderRevocationsRepository(database),
};

/** Makes the dead row of a table due again, as an operator does. */
const RETRY: Record<Table, (tx: Tx, id: string) => Promise<unknown>> = {
  outbox_messages: (tx, id) => new OutboxInspectionRepository(dataSource.getRepository(OutboxMessage)).retry(tx, id),
  event_deliveries: (tx, id) => new EventDeliveriesRepository(database).retry(tx, WEBHOOK, id),
  provider_revocations: () => new ProviderRevocationsRepository(database).retryDead(),
};

async function stateOf(table: Table): Promise<unknown> {
  const { rows } = await own.pool.query(`SELECT status, available_at > now() AS "isLeased" FROM ${table}`);
  return rows[0];
}

describe.each(Object.keys(ADD) as Table[])('a lease of a row of %s', (table) => {
  let queue: OutboxQueue<ClaimedRow>;
  beforeEach(async () => {
    queue = QUEUES[table]();
    await own.pool.query(`TRUNCATE ${table}`);
    await own.pool.query(ADD[table]);
  });

  /** A claim of a process that is late, and one of another process after the end of that lease. */
  async function claimTwice(leaseSeconds: number): Promise<ClaimedRow[]> {
    const first = await queue.claim(1, 1, 0, false);
    const second = await queue.claim(1, 1, leaseSeconds, false);
    expect([first, second].map(([row]) => row?.attempts)).toEqual([1, 2]);
    return [...first, ...second];
  }

  it('MI-02 that was lost still records that its row was sent, so that no process sends the row again', async () => {
    const [late] = await claimTwice(0);
    await queue.finish(late!, 'sent', null);
    expect(await stateOf(table)).toMatchObject({ status: 'sent' });
  });

  it('MI-02 that was lost records no failure, because another process sends the row', async () => {
    const [late, current] = await claimTwice(60);
    await queue.postpone(late!, 0, 'too slow');
    await queue.finish(late!, 'dead', 'too slow');
    expect(await stateOf(table)).toEqual({ status: 'pending', isLeased: true });
    await queue.finish(current!, 'dead', 'refused');
    expect(await stateOf(table)).toMatchObject({ status: 'dead' });
  });
});

it('EV-02 a delivery is not recorded as sent by a process that lost its lease while another process holds one', async () => {
  const queue = QUEUES.event_deliveries();
  await own.pool.query(`TRUNCATE event_deliveries`);
  await own.pool.query(ADD.event_deliveries);
  const [late] = await queue.claim(1, 1, 0, false);
  await queue.claim(1, 1, 60, false);
  await queue.finish(late!, 'sent', null);
  const { rows } = await own.pool.query('SELECT status FROM event_deliveries');
  expect(rows).toEqual([{ status: 'pending' }]);
});

it.each(Object.keys(ADD) as Table[])(
  'a row of %s that an operator retries is neither closed nor postponed by an old lease, also after later claims',
  async (table) => {
    const queue = QUEUES[table]();
    await own.pool.query(`TRUNCATE ${table}`);
    await own.pool.query(ADD[table]);
    const [late] = await queue.claim(1, 1, 0, false);
    const [last] = await queue.claim(1, 1, 0, false);
    await queue.finish(last!, 'dead', 'refused');
    await database.transaction((tx) => RETRY[table](tx, late!.id));
    const expectNoEffectOfOldLease = async (): Promise<void> => {
      await queue.postpone(late!, 60, 'too slow');
      await queue.finish(late!, 'dead', 'too slow');
      await queue.finish(late!, 'sent', null);
      expect(await stateOf(table)).toEqual({ status: 'pending', isLeased: false });
    };
    await expectNoEffectOfOldLease();
    for (const attempts of [1, 2]) {
      expect(await queue.claim(1, 1, 0, false)).toMatchObject([{ id: late!.id, attempts }]);
      await expectNoEffectOfOldLease();
    }
    const [current] = await queue.claim(1, 1, 60, false);
    await queue.finish(current!, 'sent', null);
    expect(await stateOf(table)).toMatchObject({ status: 'sent' });
  },
);

describe('a dead mail of three days ago', () => {
  const queue = (): OutboxRepository => new OutboxRepository(database);
  const retry = (id: string): Promise<unknown> => database.transaction((tx) => RETRY.outbox_messages(tx, id));

  async function givenDeadMail(expiresAt: string): Promise<{ id: string; createdAt: Date }> {
    await own.pool.query('TRUNCATE outbox_messages');
    await own.pool.query(ADD.outbox_messages);
    const { rows } = await own.pool.query(
      `UPDATE outbox_messages SET status = 'dead', payload = '', attempts = 200, created_at = now() - interval '3 days',
         finished_at = now(), expires_at = ${expiresAt} RETURNING id, created_at AS "createdAt"`,
    );
    return rows[0];
  }

  it('FT-03 is tried for two more days when an operator retries it, and is not reported as stuck', async () => {
    const { id, createdAt } = await givenDeadMail('NULL');
    expect(await retry(id)).toBe(true);
    const { due, oldestSeconds } = await new OutboxBacklogRepository(database).measure();
    expect(due).toBe(1);
    expect(oldestSeconds).toBeLessThan(86_400);
    const [first] = await queue().claim(1, 1, 60, false);
    expect(first).toMatchObject({ id, attempts: 1, isOverdue: false });
    const outcome = postponed(first!, '451 try later', new Backoff(5, 900));
    expect(outcome).toEqual({ kind: 'postponed', reason: '451 try later', seconds: expect.any(Number) });
    await queue().postpone(first!, 0, '451 try later');
    const { rows } = await own.pool.query(
      `UPDATE outbox_messages SET retried_at = retried_at - interval '2 days' RETURNING status, created_at AS "createdAt"`,
    );
    expect(rows).toEqual([{ status: 'pending', createdAt }]);
    const [last] = await queue().claim(1, 1, 60, false);
    expect(last).toMatchObject({ attempts: 2, isOverdue: true });
  });

  it('FT-03 cannot be retried once its code and link have expired', async () => {
    const { id } = await givenDeadMail('now()');
    expect(await retry(id)).toBe(false);
    expect(await queue().claim(1, 1, 60, false)).toEqual([]);
  });
});

// A failure of one provider does not mean that another fails, so revocations have no probe.
it.each(['outbox_messages', 'event_deliveries'] as const)(
  'FT-03 a probe takes a row of %s that was never attempted, and a failed one where there is no other',
  async (table) => {
    const queue = QUEUES[table]();
    await own.pool.query(`TRUNCATE ${table}`);
    await own.pool.query(ADD[table]);
    await queue.claim(1, 1, 0, false);
    await own.pool.query(ADD[table]);
    const probes = [await queue.claim(1, 1, 60, true), await queue.claim(1, 1, 60, true)];
    expect(probes.map(([row]) => row?.attempts)).toEqual([1, 2]);
  },
);

describe('a webhook that failed four days ago', () => {
  const webhooks = (): WebhooksRepository => new WebhooksRepository(database);
  /** Records a failure now. @returns whether it switches the webhook off */
  async function failAgain(): Promise<boolean> {
    await webhooks().markFailing(WEBHOOK);
    return (await database.transaction((tx) => webhooks().switchOff(tx, WEBHOOK))) !== null;
  }
  beforeEach(async () => {
    await own.pool.query(`TRUNCATE event_deliveries`);
    await own.pool.query(ADD.event_deliveries);
    await own.pool.query(
      `UPDATE webhooks SET url = 'https://example.test', enabled = true, failing_since = now() - interval '4 days'`,
    );
    const queue = QUEUES.event_deliveries();
    const [first] = await queue.claim(1, 1, 60, false);
    await queue.postpone(first!, 0, 'answered 503');
  });

  it('EV-02 is switched off by another failure while a delivery that failed then still waits', async () => {
    expect(await failAgain()).toBe(true);
  });

  it.each([
    ['dead', `UPDATE event_deliveries SET status = 'dead'`],
    ['deleted', `DELETE FROM event_deliveries`],
  ])('EV-02 has three more days after a failure where the delivery that failed then is %s', async (_, end) => {
    await own.pool.query(end);
    await own.pool.query(ADD.event_deliveries);
    await QUEUES.event_deliveries().claim(1, 1, 60, false);
    expect(await failAgain()).toBe(false);
    const { rows } = await own.pool.query(`SELECT failing_since > now() - interval '1 hour' AS "isNew" FROM webhooks`);
    expect(rows).toEqual([{ isNew: true }]);
  });

  it('EV-02 has three more days with another URL, and not with the same', async () => {
    const changeUrl = async (url: string) => {
      await database.transaction((tx) => webhooks().update(tx, WEBHOOK, { url }));
      return (await own.pool.query(`SELECT failing_since IS NOT NULL AS "isFailing" FROM webhooks`)).rows[0];
    };
    expect(await changeUrl('https://example.test')).toEqual({ isFailing: true });
    expect(await changeUrl('https://other.example.test')).toEqual({ isFailing: false });
    expect(await failAgain()).toBe(false);
  });
});
