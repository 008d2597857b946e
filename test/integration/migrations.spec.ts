import { afterEach, describe, expect, it } from '@jest/globals';
import 'reflect-metadata';
import type { DataSource } from 'typeorm';
import { dataSourceOptions } from '../../src/bootstrap/data-source.js';
import { MIGRATIONS } from '../../src/bootstrap/migrations/index.js';
import { migrate } from '../../src/platform/database/migrator.js';
import { openDataSource } from '../support/data-source.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

const ALL = MIGRATIONS.map(({ name }) => name);

describe('migrations', () => {
  const cleanups: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  });

  const emptyDatabase = async (): Promise<TestDatabase> => {
    const database = await createTestDatabase({ empty: true });
    cleanups.push(() => database.drop());
    return database;
  };
  const optionsFor = ({ url }: TestDatabase) => dataSourceOptions({ url, poolSize: 2, timeoutSeconds: 30 });
  const connect = async (database: TestDatabase): Promise<DataSource> => {
    const dataSource = await openDataSource(database);
    cleanups.push(() => dataSource.destroy());
    return dataSource;
  };
  /** Tables, columns and indexes, as PostgreSQL describes them. */
  const schemaOf = async ({ pool }: TestDatabase): Promise<string[]> => {
    const { rows } = await pool.query(
      `SELECT format('%s.%s %s %s %s', table_name, column_name, data_type, is_nullable, column_default) AS line
         FROM information_schema.columns WHERE table_schema = 'public'
       UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1`,
    );
    return rows.map(({ line }) => line as string);
  };

  it('they build the schema, remove it completely, and build the same again', async () => {
    const database = await emptyDatabase();
    expect(await migrate(optionsFor(database))).toEqual(ALL);
    const built = await schemaOf(database);
    expect(built.length).toBeGreaterThan(100);

    const dataSource = await connect(database);
    for (let left = ALL.length; left > 0; left -= 1) await dataSource.undoLastMigration({ transaction: 'each' });
    expect((await schemaOf(database)).filter((line) => !line.includes('migrations'))).toEqual([]);

    expect(await migrate(optionsFor(database))).toEqual(ALL);
    expect(await schemaOf(database)).toEqual(built);
  });

  it('they do nothing the second time', async () => {
    const database = await emptyDatabase();
    await migrate(optionsFor(database));
    expect(await migrate(optionsFor(database))).toEqual([]);
  });

  it('tables and entities match', async () => {
    const database = await createTestDatabase();
    cleanups.push(() => database.drop());
    const dataSource = await connect(database);
    const { upQueries } = await dataSource.driver.createSchemaBuilder().log();
    expect(upQueries.map(({ query }) => query)).toEqual([]);
  });

  it('FT-10 they run once each when three servers start at the same moment', async () => {
    const database = await emptyDatabase();
    const applied = await Promise.all([1, 2, 3].map(() => migrate(optionsFor(database))));
    expect(applied.flat().sort()).toEqual([...ALL].sort());
    const { rows } = await database.pool.query('SELECT name FROM migrations ORDER BY id');
    expect(rows.map(({ name }) => name as string)).toEqual(ALL);
  });
});
