import { count, flag, positiveSeconds, postgresUrl, redisUrl } from './setting-types.js';

/** The database, and the store of the counters of rate limits. */
export const DATABASE_ENVIRONMENT = {
  DATABASE_URL: postgresUrl({
    devDefault: 'postgres://munjigi:munjigi@localhost:5432/munjigi',
    desc: 'PostgreSQL 15 or newer',
    example: 'postgres://munjigi:PASSWORD@db:5432/munjigi',
  }),
  DATABASE_DIRECT_URL: postgresUrl({
    default: undefined,
    desc: 'direct connection for LISTEN and migrations, if DATABASE_URL leads through a pooler such as PgBouncer',
    example: 'postgres://munjigi:PASSWORD@db:5432/munjigi',
  }),
  DATABASE_REPLICA_URL: postgresUrl({
    default: undefined,
    desc: 'streaming replica that the lists of administrators are read from; while it does not answer, DATABASE_URL',
    example: 'postgres://munjigi:PASSWORD@db-replica:5432/munjigi',
  }),
  DATABASE_POOL_SIZE: count({ default: 10, desc: 'database connections per process' }),
  DATABASE_TIMEOUT_SECONDS: positiveSeconds({
    default: 3,
    desc: 'longest wait for one statement, then 503',
  }),
  DATABASE_POOL_WAIT_MS: count({
    default: 800,
    desc: 'longest wait for a free connection, then 503',
  }),
  REDIS_URL: redisUrl({
    default: undefined,
    desc: 'Redis that keeps the counters of rate limits; without it, PostgreSQL keeps them',
    example: 'redis://redis:6379',
  }),
  MIGRATE_ON_START: flag({
    default: true,
    desc: 'update the schema before listening; replicas wait for each other',
  }),
};
