import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PROJECT_ROOT } from '../../dev/project.js';
import { eventually } from '../support/eventually.js';
import { given, unique } from '../support/factories.js';
import { outboxEmpty } from '../support/mailbox.js';
import { TestApp } from '../support/test-app.js';

/** Parses the series by name and labels, like Prometheus. */
function parse(text: string): Map<string, number> {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ')))]),
  );
}

let app: TestApp;
beforeAll(async () => {
  app = await TestApp.start();
});
afterAll(() => app.stop());

describe('metrics', () => {
  const read = async (): Promise<Map<string, number>> => {
    const answer = await app.get('/metrics').expect(200);
    expect(answer.headers['content-type']).toMatch(/^text\/plain/);
    return parse(answer.text);
  };
  const outcome = (route: string, name: string): string =>
    `munjigi_request_outcomes_total{method="POST",route="${route}",outcome="${name}"}`;

  it('count logins, refreshes and errors by outcome', async () => {
    const member = await given.member(app);
    const before = await read();
    const { loginId: identifier, password } = member;
    await app.post('/api/auth/login', { identifier, password }).expect(200);
    await app.post('/api/auth/login', { identifier, password: unique.password() }).expect(401);
    await app.post('/api/auth/login', { identifier, password: unique.password() }).expect(401);
    await app.post('/api/auth/refresh', undefined, member.refreshToken).expect(200);
    await app.post('/api/auth/refresh', undefined, member.refreshToken).expect(200);
    await app.post('/api/auth/refresh', undefined, 'nonsense').expect(401);
    const rises = await eventually('the last refusal counted', async () => {
      const after = await read();
      const rise = (series: string): number => (after.get(series) ?? 0) - (before.get(series) ?? 0);
      return rise(outcome('/api/auth/refresh', 'token_invalid')) === 1 ? rise : undefined;
    });
    expect(rises(outcome('/api/auth/login', 'authenticated'))).toBe(1);
    expect(rises(outcome('/api/auth/login', 'invalid_credentials'))).toBe(2);
    expect(rises(outcome('/api/auth/refresh', 'rotated'))).toBe(1);
    expect(rises(outcome('/api/auth/refresh', 'replayed'))).toBe(1);
  });

  it('show the hash queue, the connection pool, the revocation feed and the process', async () => {
    const series = await eventually('a live feed', async () => {
      const now = await read();
      return now.get('munjigi_revocation_feed_live') === 1 ? now : undefined;
    });
    expect(series.get('munjigi_password_hashes_running')).toBeGreaterThanOrEqual(0);
    expect(series.get('munjigi_database_connections')).toBeGreaterThan(0);
    expect(series.get('munjigi_revocation_feed_lag_seconds')).toBeGreaterThanOrEqual(0);
    expect(series.get('process_resident_memory_bytes')).toBeGreaterThan(10_000_000);
  });

  it('show waiting and dead mails of the outbox', async () => {
    await outboxEmpty(app);
    const { rows } = await app.sql.query<{ id: string }>(
      `INSERT INTO outbox_messages (id, template, locale, status, message_id, payload, available_at, created_at)
       SELECT gen_random_uuid(), 'sign-up', 'en', status, gen_random_uuid(), 'sealed', now() + interval '1 day', now() - interval '1 hour'
       FROM unnest(ARRAY['dead', 'dead', 'pending']) AS status RETURNING id`,
    );
    expect(rows).toHaveLength(3);
    // Mails that any visitor can cause with an invalid address must not keep an alert active.
    await app.sql.query(
      `INSERT INTO outbox_messages (id, template, locale, status, message_id, payload, attempts, available_at, created_at, expires_at)
       SELECT gen_random_uuid(), 'sign-up', 'en', status, gen_random_uuid(), payload, attempts, now() + interval '1 day', now() - interval '1 day', expires_at
       FROM (VALUES ('dead', NULL::bytea, 1, NULL), ('dead', 'sealed', 1, now()), ('pending', 'sealed', 7, NULL)) AS mail (status, payload, attempts, expires_at)`,
    );
    const series = await eventually('a new measurement', async () => {
      const now = await read();
      return now.get('munjigi_outbox_messages{state="dead"}') === 2 ? now : undefined;
    });
    expect(series.get('munjigi_outbox_messages{state="waiting"}')).toBe(2);
    expect(series.get('munjigi_outbox_oldest_seconds')).toBeGreaterThanOrEqual(3600);
    expect(series.get('munjigi_outbox_oldest_seconds')).toBeLessThan(7200);
  });

  it('SL-04 show for how long a closed account has been due for erasure, and 0 if none is due', async () => {
    const late = (): Promise<number | undefined> =>
      read().then((series) => series.get('munjigi_erasure_overdue_seconds'));
    const { id, client, accessToken, password } = await given.member(app);
    await client.delete('/api/members/me', { password }, accessToken).expect(204);
    expect(await late()).toBe(0);
    await app.sql.query(`UPDATE members SET closed_at = now() - interval '14 days 2 hours' WHERE id = $1`, [id]);
    const seconds = await eventually('a new measurement', async () => (await late()) || undefined);
    expect(seconds).toBeGreaterThanOrEqual(7200);
    expect(seconds).toBeLessThan(10_800);
  });

  it('show a missing database replica while its replication slot exists', async () => {
    const away = (): Promise<number | undefined> =>
      read().then((series) => series.get('munjigi_replication_slots{state="away"}'));
    expect(await away()).toBe(0);
    await app.sql.query(`SELECT pg_create_physical_replication_slot('gone_for_good')`);
    try {
      await eventually('the slot is counted', async () => (await away()) === 1 || undefined);
    } finally {
      await app.sql.query(`SELECT pg_drop_replication_slot('gone_for_good')`);
    }
  });

  it('SL-01 SL-04 contain nothing from requests: no address, no id, no path', async () => {
    const member = await given.member(app);
    await app.get(`/api/no-such-thing/${member.loginId}`, member.accessToken).expect(404);
    await app.post('/api/auth/login', { identifier: member.email, password: member.password }).expect(200);
    const { text } = await app.get('/metrics').expect(200);
    for (const secret of [member.loginId, member.email, member.id, member.sessionId, member.password])
      expect(text).not.toContain(secret);
    expect(text).toContain('route="unknown"');
  });
});

describe('alerts and dashboard', () => {
  it.each(['alerts.yaml', 'grafana-dashboard.json'])('%s uses only metrics that exist', async (file) => {
    await app.get('/health/live').expect(200);
    const { text } = await app.get('/metrics').expect(200);
    const definition = readFileSync(path.join(PROJECT_ROOT, 'deploy/monitoring', file), 'utf8');
    const names = new Set(definition.match(/\b(munjigi|process|nodejs)_[a-z0-9_]+/g));
    expect(names.size).toBeGreaterThan(5);
    for (const name of names) expect(text).toContain(`# TYPE ${name.replace(/_(bucket|count|sum)$/, '')} `);
  });
});

describe('metrics on a separate port', () => {
  it('SL-04 are not served on the port of the API, and the port closes with the process', async () => {
    const other = await TestApp.start({
      database: app.database,
      env: { METRICS_ENABLED: 'false', METRICS_PORT: '0', LOG_LEVEL: 'info' },
    });
    try {
      const line = other.logs.find((entry) => entry.includes('"metricsPort"'));
      const { metricsPort } = JSON.parse(line!) as { metricsPort: number };
      const fetchMetrics = (path: string): Promise<Response> => fetch(`http://127.0.0.1:${metricsPort}${path}`);
      await other.get('/health/ready').expect(200);
      expect(parse(await (await fetchMetrics('/metrics')).text()).size).toBeGreaterThan(20);
      expect((await fetchMetrics('/health/live')).status).toBe(404);
      expect((await other.get('/metrics').expect(404)).body.code).toBe('not_found');
    } finally {
      expect(await other.stop()).toBe(0);
    }
  });
});
