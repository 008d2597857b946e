import type { DataSourceOptions } from 'typeorm';
import { connectionOptions, type DatabaseSettings } from '../platform/database/connection-options.js';
import { ENTITIES } from './entities.js';
import { MIGRATIONS } from './migrations/index.js';

/** The tables of this version and the steps that lead to them. */
export const SCHEMA = { entities: ENTITIES, migrations: MIGRATIONS };

/**
 * The options of a connection that knows the schema, for `munjigi migrate`, tests and benchmarks. The application adds
 * {@link SCHEMA} to its DatabaseModule.
 */
export function dataSourceOptions(settings: DatabaseSettings): DataSourceOptions {
  return { ...connectionOptions(settings), ...SCHEMA };
}
