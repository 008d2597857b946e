import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { EVENT_TYPES } from '../../src/security/events/events.js';
import { givenAdmin, type GivenAdmin } from '../support/admins.js';
import { givenApiKey } from '../support/api-keys.js';
import { eventually } from '../support/eventually.js';
import { given } from '../support/factories.js';
import { mailbox } from '../support/mailbox.js';
import { TestApp } from '../support/test-app.js';
import { WebhookReceiver } from '../support/webhook-receiver.js';

interface GivenWebhook {
  id: string;
  secret: string;
}

let app: TestApp;
let admin: GivenAdmin;
let key: string;
const receivers: WebhookReceiver[] = [];

beforeAll(async () => {
  app = await TestApp.shared();
  admin = await givenAdmin(app);
  ({ key } = await givenApiKey(app, ['webhooks:write', 'events:read', 'members:write']));
});
afterEach(async () => {
  const { body } = await call('GET', '');
  for (const { id } of body.items) await call('DELETE', `/${id}`).expect(204);
  for (const receiver of receivers.splice(0)) await receiver.close().catch(() => undefined);
});
afterAll(() => app.stop());

const call = (method: string, path: string, body?: object) =>
  app.request(method, `/api/admin/webhooks${path}`, { body, token: key });

async function listening(): Promise<WebhookReceiver> {
  const receiver = await WebhookReceiver.listen();
  receivers.push(receiver);
  return receiver;
}

async function webhookTo(receiver: WebhookReceiver, types: readonly string[] = EVENT_TYPES): Promise<GivenWebhook> {
  const { body } = await call('POST', '', { url: receiver.url, types }).expect(201);
  receiver.secret = body.secret;
  return body as GivenWebhook;
}

const typesOf = (receiver: WebhookReceiver, memberId: string): string[] =>
  receiver.of(memberId).map(({ type }) => type);

const waitFor = (receiver: WebhookReceiver, memberId: string, type: string): Promise<true> =>
  eventually<true>(type, async () => typesOf(receiver, memberId).includes(type) || undefined);

/** Moves deliveries that wait for a retry to now. */
const retryNow = () =>
  app.sql.query(`UPDATE event_deliveries SET available_at = now() WHERE status = 'pending' AND attempts > 0`);

describe('a webhook', () => {
  it('EV-02 EV-03 receives what happens to a member, signed and in order', async () => {
    const receiver = await listening();
    await webhookTo(receiver);
    const member = await given.member(app);
    await member.client.patch('/api/members/me', { name: 'Ada' }, member.accessToken).expect(200);
    const act = (status: string) =>
      app.request('PATCH', `/api/admin/members/${member.id}`, { body: { status }, token: key }).expect(200);
    await act('disabled');
    await act('active');
    await waitFor(receiver, member.id, 'member.enabled');
    expect(receiver.refused).toEqual([]);
    expect(typesOf(receiver, member.id)).toEqual([
      ...['member.created', 'session.started', 'member.updated', 'session.ended', 'member.disabled', 'member.enabled'],
    ]);
    const events = receiver.of(member.id);
    expect(events.map(({ id }) => id)).toEqual(events.map(({ id }) => id).sort());
    expect(events[2]).toMatchObject({
      schemaVersion: 1,
      occurredAt: expect.stringMatching(/Z$/),
      data: { fields: ['name'], member: { name: 'Ada', loginId: member.loginId, status: 'active' } },
    });
    expect(events[4]!.data.member.status).toBe('disabled');
    expect(JSON.stringify(events)).not.toMatch(/password_?hash|argon2|token"/i);
    const { body: log } = await app.get('/api/integrations/events?limit=100&types=member.updated', key).expect(200);
    expect(log.items).toContainEqual(events[2]);
  });

  it('receives only the types it asks for, and a test', async () => {
    const receiver = await listening();
    const { id } = await webhookTo(receiver, ['member.created']);
    const member = await given.member(app);
    await waitFor(receiver, member.id, 'member.created');
    await call('PATCH', `/${id}`, {}).expect(200);
    const { body } = await call('POST', `/${id}/test`).expect(201);
    await eventually('the test', async () => receiver.events.some(({ type }) => type === 'webhook.test') || undefined);
    expect(typesOf(receiver, member.id)).toEqual(['member.created']);
    const delivery = await eventually('the record', async () => {
      const { body: list } = await call('GET', `/${id}/deliveries?status=sent`);
      return list.items.find((item: any) => item.id === body.deliveryId);
    });
    expect(delivery).toMatchObject({ type: 'webhook.test', memberId: null, attempts: 1, lastError: null });
  });

  it('EV-03 is signed with both secrets for a day after a rotation, then with the new one', async () => {
    const receiver = await listening();
    const { id, secret } = await webhookTo(receiver, ['member.created']);
    const { body } = await call('POST', `/${id}/rotate-secret`).expect(200);
    for (const [accepted, count] of [
      [secret, 1],
      [body.secret, 2],
    ] as const) {
      receiver.secret = accepted;
      await call('POST', `/${id}/test`).expect(201);
      await eventually('the test', async () => receiver.events.length >= count || undefined);
    }
    await app.sql.query(`UPDATE webhooks SET previous_secret_until = now() WHERE id = $1`, [id]);
    receiver.secret = secret;
    await call('POST', `/${id}/test`).expect(201);
    await eventually('the refusal', async () => receiver.refused.length > 0 || undefined);
    expect(receiver.events).toHaveLength(2);
  });

  it('EV-02 that hangs or is gone holds up no other', async () => {
    const [hanging, healthy, gone] = [await listening(), await listening(), await listening()];
    hanging.reply = () => undefined;
    await webhookTo(hanging, ['member.created']);
    await webhookTo(gone, ['member.created']);
    await gone.close();
    await webhookTo(healthy, ['member.created']);
    for (let n = 0; n < 3; n += 1) {
      const member = await given.member(app);
      await waitFor(healthy, member.id, 'member.created');
    }
    expect(healthy.refused).toEqual([]);
  });

  it('EV-02 gets the events of one member in order when one fails at first', async () => {
    const receiver = await listening();
    let failures = 0;
    receiver.reply = (response, { type }) => {
      const fails = type === 'member.created' && failures < 2;
      if (fails) failures += 1;
      response.writeHead(fails ? 500 : 200).end();
    };
    await webhookTo(receiver, ['member.created', 'session.started', 'member.updated']);
    const member = await given.member(app);
    await member.client.patch('/api/members/me', { name: 'Ada' }, member.accessToken).expect(200);
    await eventually('all events', async () => {
      await retryNow();
      return typesOf(receiver, member.id).includes('member.updated') || undefined;
    });
    expect(typesOf(receiver, member.id)).toEqual([
      ...['member.created', 'member.created', 'member.created', 'session.started', 'member.updated'],
    ]);
    expect(new Set(receiver.of(member.id).map(({ id }) => id)).size).toBe(3);
  });

  it('EV-02 is switched off after three days of failures, and administrators are mailed', async () => {
    const receiver = await listening();
    receiver.reply = (response) => void response.writeHead(503).end();
    const { id } = await webhookTo(receiver, ['member.created']);
    const inbox = mailbox.to(admin.email);
    const member = await given.member(app);
    await waitFor(receiver, member.id, 'member.created');
    await eventually('the failure is noted', async () => {
      const { rowCount } = await app.sql.query(
        `UPDATE webhooks SET failing_since = now() - interval '3 days 1 minute' WHERE id = $1 AND failing_since IS NOT NULL`,
        [id],
      );
      return rowCount === 1 || undefined;
    });
    await eventually('switched off', async () => {
      await retryNow();
      const { body } = await call('GET', `/${id}`);
      return body.enabled === false && body.switchedOffAt !== null ? true : undefined;
    });
    let mail = await inbox.next();
    while (!/webhook|웹훅/.test(mail.subject)) mail = await inbox.next({ after: mail });
    expect(mail.text).toContain(new URL(receiver.url).host);
    const { body: dead } = await call('GET', `/${id}/deliveries?status=dead`);
    expect(dead.items).toEqual([expect.objectContaining({ memberId: member.id, type: 'member.created' })]);
    await call('POST', `/${id}/test`).expect(409);
    // Once the webhook is enabled again, it gets the dead delivery on request.
    receiver.reply = (response) => void response.writeHead(204).end();
    await call('PATCH', `/${id}`, { enabled: true }).expect(200);
    const before = receiver.of(member.id).length;
    await call('POST', `/${id}/deliveries/${dead.items[0].id}/retry`).expect(202);
    await eventually('the redelivery', async () => receiver.of(member.id).length > before || undefined);
    expect(new Set(receiver.of(member.id).map(({ id: eventId }) => eventId)).size).toBe(1);
  });

  it('EV-04 cannot have an invalid URL or an unknown event type', async () => {
    for (const url of ['file:///etc/passwd', 'https://user:pass@example.com/', 'https://example.com/#x', 'nonsense'])
      await call('POST', '', { url, types: ['member.created'] }).expect(422);
    await call('POST', '', { url: 'https://example.com/', types: ['member.unknown'] }).expect(422);
  });

  it('EV-04 a redirect is not followed and counts as a failure', async () => {
    const [outside, inside] = [await listening(), await listening()];
    outside.reply = (response) => void response.writeHead(302, { location: inside.url }).end();
    const { id } = await webhookTo(outside, ['member.created']);
    await call('POST', `/${id}/test`).expect(201);
    const failed = await eventually('the failure', async () => {
      const { body } = await call('GET', `/${id}/deliveries`);
      return body.items.find(({ lastError }: any) => lastError !== null);
    });
    expect([failed.status, failed.lastError]).toEqual(['pending', 'redirected with 302, which is not followed']);
    expect(inside.events).toEqual([]);
  });

  it('EV-02 has three more days for deliveries that waited while it was disabled, and for those sent again', async () => {
    const receiver = await listening();
    receiver.reply = (response) => void response.writeHead(503).end();
    const { id } = await webhookTo(receiver, ['member.created']);
    const member = await given.member(app);
    await waitFor(receiver, member.id, 'member.created');
    await call('PATCH', `/${id}`, { enabled: false }).expect(200);
    const age = () =>
      app.sql.query(`UPDATE event_deliveries SET created_at = now() - interval '4 days' WHERE webhook_id = $1`, [id]);
    const delivery = async () => (await call('GET', `/${id}/deliveries`)).body.items[0];
    const failAgain = async (): Promise<{ id: string; status: string }> => {
      const { length } = receiver.events;
      return eventually('another failure', async () => {
        await retryNow();
        const { lastError, ...rest } = await delivery();
        return receiver.events.length > length && lastError === 'answered 503' ? rest : undefined;
      });
    };
    await age();
    await app.sql.query(`UPDATE webhooks SET enabled_at = now() - interval '4 days' WHERE id = $1`, [id]);
    await call('PATCH', `/${id}`, { enabled: true }).expect(200);
    expect((await failAgain()).status).toBe('pending');
    // The delivery is given up once the webhook has been enabled for three days.
    await app.sql.query(`UPDATE webhooks SET enabled_at = now() - interval '4 days' WHERE id = $1`, [id]);
    await call('PATCH', `/${id}`, { enabled: true }).expect(200); // already enabled, so the three days do not start again
    const dead = await eventually('the end', async () => {
      await retryNow();
      const current = await delivery();
      return current.status === 'dead' ? current : undefined;
    });
    await call('POST', `/${id}/deliveries/${dead.id}/retry`).expect(202);
    expect((await failAgain()).status).toBe('pending');
  });

  it('receives nothing after its deletion, and its deliveries are gone, also one that is being sent', async () => {
    const receiver = await listening();
    receiver.reply = () => undefined;
    const { id } = await webhookTo(receiver, ['member.created']);
    const early = await given.member(app);
    await waitFor(receiver, early.id, 'member.created');
    await call('DELETE', `/${id}`).expect(204);
    receiver.events.splice(0);
    await given.member(app);
    await call('GET', `/${id}/deliveries`).expect(404);
    const { rows } = await app.sql.query(`SELECT FROM event_deliveries WHERE webhook_id = $1`, [id]);
    expect([rows.length, receiver.events]).toEqual([0, []]);
  });
});

describe('the event log', () => {
  it('is for API keys with the scope only', async () => {
    await app.get('/api/integrations/events', admin.accessToken).expect(403);
    await app.get('/api/integrations/events', (await givenApiKey(app, ['webhooks:write'])).key).expect(403);
    const { body } = await app.get('/api/integrations/events?after=latest', key).expect(200);
    expect(body).toEqual({ items: [], nextCursor: expect.any(String), hasMore: false });
  });
});
