import pg from 'pg';
import { dataSourceOptions } from '../src/bootstrap/data-source.js';
import { migrate } from '../src/platform/database/migrator.js';
import { POPULATIONS, seedPopulation } from './population.js';
import type { BenchEnvironment } from './bench-environment.js';

/** Rows per member in tables that get only a sample of their rows, which has the same average row size. */
const SHARES = new Map([['security_events', 10]]);
const REFRESHES = 100;
const SCALES = [1, 10, 100];
const GIGABYTE = 1024 ** 3;

interface TableSize {
  table: string;
  rows: number;
  heap: number;
  indexes: number;
}

/**
 * Seeds a database realistically. Returns tables with the row sizes of each growing table, the total
 * sizes derived from them, the sizes of indexes and the share of HOT updates.
 */
export async function sizes(bench: BenchEnvironment, members: number): Promise<string> {
  const database = await bench.emptyDatabase();
  const client = new pg.Client({ connectionString: database.url });
  try {
    await migrate(dataSourceOptions({ url: database.url, poolSize: 2, timeoutSeconds: 600 }));
    await client.connect();
    await makePastMonths(client);
    await seedPopulation(client, members, SHARES);
    await client.query('VACUUM (ANALYZE)');
    const tables = await sizesOf(client);
    const indexes = await indexesOf(client, members);
    const updates = await changeRows(client);
    return [
      table(
        [
          'Table',
          'Rows a member',
          'Table, bytes a row',
          'Indexes, bytes a row',
          ...SCALES.map((n) => `${n} million, GiB`),
        ],
        [...tables.map((one) => projection(one)), total(tables)],
      ),
      table(['Index', 'Bytes a member'], indexes),
      table(['Changed in place (HOT)', 'Updates', 'Share'], updates),
    ].join('\n\n');
  } finally {
    await client.end();
    await database.drop();
  }
}

/** Creates the partitions that an installation has after a year. */
async function makePastMonths(client: pg.Client): Promise<void> {
  await client.query(`DO $$ BEGIN FOR months IN 1..12 LOOP
    EXECUTE format('CREATE TABLE security_events_past_%s PARTITION OF security_events FOR VALUES FROM (%L) TO (%L)', months,
      date_trunc('month', now() AT TIME ZONE 'UTC') AT TIME ZONE 'UTC' - make_interval(months => months),
      date_trunc('month', now() AT TIME ZONE 'UTC') AT TIME ZONE 'UTC' - make_interval(months => months - 1));
  END LOOP; END $$`);
}

async function sizesOf(client: pg.Client): Promise<TableSize[]> {
  const sizes: TableSize[] = [];
  for (const name of ['members', ...POPULATIONS.map(({ table }) => table)]) {
    const { rows } = await client.query(
      `SELECT (SELECT count(*) FROM ${name})::int AS rows, sum(pg_table_size(oid))::float8 AS heap, sum(pg_indexes_size(oid))::float8 AS indexes
       FROM (SELECT $1::regclass AS oid UNION SELECT relid FROM pg_partition_tree($1::regclass)) parts`,
      [name],
    );
    sizes.push({ table: name, ...(rows[0] as Omit<TableSize, 'table'>) });
  }
  return sizes;
}

/** The indexes of the tables that requests use most, with bytes per member: they should fit into memory. */
async function indexesOf(client: pg.Client, members: number): Promise<string[][]> {
  const { rows } = await client.query<{ name: string; bytes: number }>(
    `SELECT indexrelname AS name, pg_relation_size(indexrelid)::float8 AS bytes FROM pg_stat_user_indexes
     WHERE relname IN ('members', 'sessions', 'devices', 'known_networks') ORDER BY relname, 1`,
  );
  return rows.map(({ name, bytes }) => [name, (bytes / members).toFixed(0)]);
}

/**
 * Updates sessions and counters in parts, and reads from PostgreSQL how many updates changed no
 * index (HOT updates).
 */
async function changeRows(client: pg.Client): Promise<string[][]> {
  await client.query('SELECT pg_stat_reset()');
  for (let n = 0; n < REFRESHES; n += 1) {
    await client.query(
      `UPDATE sessions SET generation = generation + 1, rotated_at = now(), ip = '198.18.7.7', previous_ip = ip, previous_rotated_at = rotated_at,
         burst_since = now(), burst_refreshes = 1, idle_expires_at = least(now() + interval '14 days', absolute_expires_at)
       WHERE id = ANY (ARRAY(SELECT id FROM sessions TABLESAMPLE BERNOULLI (0.3)))`,
    );
    await client.query(
      `UPDATE rate_limits SET points = points + 1 WHERE key = ANY (ARRAY(SELECT key FROM rate_limits TABLESAMPLE BERNOULLI (2)))`,
    );
  }
  await client.query('SELECT pg_stat_force_next_flush()');
  const { rows } = await client.query<{ name: string; updates: number; hot: number }>(
    `SELECT relname AS name, n_tup_upd::int AS updates, n_tup_hot_upd::int AS hot FROM pg_stat_user_tables WHERE n_tup_upd > 0 ORDER BY 1`,
  );
  return rows.map(({ name, updates, hot }) => [name, String(updates), `${((100 * hot) / updates).toFixed(1)} %`]);
}

function perMember({ table: name }: TableSize): number {
  return POPULATIONS.find(({ table }) => table === name)?.perMember ?? 1;
}

function gigabytes(one: TableSize, millions: number): number {
  return ((one.heap + one.indexes) / one.rows) * perMember(one) * ((millions * 1e6) / GIGABYTE);
}

function projection(one: TableSize): string[] {
  const each = (bytes: number): string => (bytes / one.rows).toFixed(0);
  const scales = SCALES.map((millions) => gigabytes(one, millions).toFixed(1));
  return [one.table, String(perMember(one)), each(one.heap), each(one.indexes), ...scales];
}

function total(sizes: readonly TableSize[]): string[] {
  const sum = (millions: number): number => sizes.reduce((bytes, one) => bytes + gigabytes(one, millions), 0);
  return ['all', '', '', '', ...SCALES.map((millions) => sum(millions).toFixed(0))];
}

function table(head: string[], rows: string[][]): string {
  const line = (cells: string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
