import type { MigrationInterface, QueryRunner } from 'typeorm';
import { buildIndex, withBriefLock } from './online-ddl.js';

const COLUMNS = `id, at, type, member_id, session_id, ip, user_agent, request_id, details, actor_id`;
const DEFINITIONS = `
  at timestamptz NOT NULL DEFAULT now(),
  type text NOT NULL,
  member_id uuid,
  session_id uuid,
  ip text NOT NULL,
  user_agent text NOT NULL,
  request_id text NOT NULL,
  details jsonb NOT NULL,
  actor_id uuid`;
const INDEXES = {
  member: '(member_id, id)',
  member_at: '(member_id, at, id)',
  type: '(type, at, id)',
};
/** Months that get a partition in this migration; a job creates the later ones. */
const MONTHS_AHEAD = 3;

/**
 * Partitions the audit log by month. The existing table becomes the first partition, so no rows are
 * copied. Steps whose time depends on the size of the table run first, while the previous version
 * reads and writes. Then the new table takes the name of the old one.
 */
export class SecurityEventPartitions1764900200000 implements MigrationInterface {
  transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    const [table] = (await runner.query(
      `SELECT relkind = 'p' AS "isDone" FROM pg_class WHERE oid = 'security_events'::regclass`,
    )) as [{ isDone: boolean }];
    if (table.isDone) return;
    // More than a month from now: if the migration stops half-way, there is a month to run it again
    // before the constraint would reject a row.
    const [months] = (await runner.query(
      `SELECT array_agg(to_char(month, 'YYYY-MM-DD') ORDER BY month) AS starts FROM generate_series(
         date_trunc('month', now() AT TIME ZONE 'UTC'), now() AT TIME ZONE 'UTC' + interval '${MONTHS_AHEAD + 1} months', interval '1 month') AS month`,
    )) as [{ starts: string[] }];
    const { starts } = months;
    const bound = starts[2]!;

    await buildIndex(runner, 'security_events_past_key', 'UNIQUE security_events (at, id)');
    await withBriefLock(runner, async () => {
      await runner.query(`ALTER TABLE security_events DROP CONSTRAINT IF EXISTS security_events_past_bound`);
      await runner.query(
        `ALTER TABLE security_events ADD CONSTRAINT security_events_past_bound CHECK (at < '${bound} 00:00+00') NOT VALID`,
      );
    });
    // Reads every row while others write. With a valid constraint, attaching the partition need not
    // read them under its lock.
    await runner.query(`ALTER TABLE security_events VALIDATE CONSTRAINT security_events_past_bound`);
    await withBriefLock(runner, () => replaceTable(runner, starts, bound));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`LOCK TABLE security_events IN ACCESS EXCLUSIVE MODE`);
    await runner.query(`ALTER TABLE security_events RENAME TO security_events_parts`);
    await runner.query(`ALTER SEQUENCE security_events_id_seq RENAME TO security_events_parts_id_seq`);
    await runner.query(`ALTER INDEX security_events_pkey RENAME TO security_events_parts_pkey`);
    await runner.query(
      `CREATE TABLE security_events (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, ${DEFINITIONS})`,
    );
    await runner.query(
      `INSERT INTO security_events (${COLUMNS}) OVERRIDING SYSTEM VALUE SELECT ${COLUMNS} FROM security_events_parts`,
    );
    await runner.query(`SELECT setval('security_events_id_seq', nextval('security_events_parts_id_seq'), false)`);
    await runner.query(`DROP TABLE security_events_parts`);
    for (const [name, columns] of Object.entries({ ...INDEXES, at: '(at, id)' }))
      await runner.query(`CREATE INDEX security_events_${name} ON security_events ${columns}`);
  }
}

async function replaceTable(runner: QueryRunner, starts: readonly string[], bound: string): Promise<void> {
  await runner.query(`LOCK TABLE security_events IN ACCESS EXCLUSIVE MODE`);
  const [old] = (await runner.query(
    `SELECT last_value + 1 AS next, EXISTS (SELECT FROM security_events) AS "hasRows" FROM security_events_id_seq`,
  )) as [{ next: string; hasRows: boolean }];

  await runner.query(`ALTER TABLE security_events RENAME TO security_events_past`);
  // A partition must not have its own identity column. The new sequence continues the numbers.
  await runner.query(`ALTER TABLE security_events_past ALTER id DROP IDENTITY`);
  for (const name of Object.keys(INDEXES))
    await runner.query(`ALTER INDEX security_events_${name} RENAME TO security_events_past_${name}`);
  // The new primary key (at, id) replaces this index and the old key.
  await runner.query(`DROP INDEX security_events_at`);
  await runner.query(`ALTER TABLE security_events_past DROP CONSTRAINT security_events_pkey`);
  await runner.query(
    `ALTER TABLE security_events_past ADD CONSTRAINT security_events_past_pkey PRIMARY KEY USING INDEX security_events_past_key`,
  );

  await runner.query(`CREATE SEQUENCE security_events_id_seq START WITH ${old.next}`);
  await runner.query(
    `CREATE TABLE security_events (id bigint NOT NULL DEFAULT nextval('security_events_id_seq'), ${DEFINITIONS},
       PRIMARY KEY (at, id)) PARTITION BY RANGE (at)`,
  );
  await runner.query(`ALTER SEQUENCE security_events_id_seq OWNED BY security_events.id`);
  for (const [name, columns] of Object.entries(INDEXES))
    await runner.query(`CREATE INDEX security_events_${name} ON security_events ${columns}`);

  if (old.hasRows) {
    await runner.query(
      `ALTER TABLE security_events ATTACH PARTITION security_events_past FOR VALUES FROM (MINVALUE) TO ('${bound} 00:00+00')`,
    );
    await runner.query(`ALTER TABLE security_events_past DROP CONSTRAINT security_events_past_bound`);
  } else {
    await runner.query(`DROP TABLE security_events_past`);
  }
  for (const [index, start] of starts.slice(0, -1).entries()) {
    if (old.hasRows && start < bound) continue;
    await runner.query(
      `CREATE TABLE security_events_${start.slice(0, 7).replace('-', '_')} PARTITION OF security_events
         FOR VALUES FROM ('${start} 00:00+00') TO ('${starts[index + 1]!} 00:00+00')`,
    );
  }
  // For events outside of all other partitions: a missing partition must not make an event, and so
  // a login, fail.
  await runner.query(`CREATE TABLE security_events_default PARTITION OF security_events DEFAULT`);
}
