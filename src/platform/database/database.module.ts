import { Logger, Module, type DynamicModule } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import type { DataSourceOptions } from 'typeorm';
import { AppConfig } from '../config/app-config.js';
import { connectionOptions, type DatabaseSettings } from './connection-options.js';
import { Database } from './database.js';
import { Notifications } from './notifications.js';
import { ReadReplica } from './read-replica.js';
import { ReplicationSlotsRepository } from './replication-slots.repository.js';
import { waitForDatabase } from './database-probe.js';
import { migrate } from './migrator.js';

const logger = new Logger('Database');

/** The application's entities and migrations, which the composition root passes in. */
export type DatabaseSchema = Pick<DataSourceOptions, 'entities' | 'migrations'>;

/** Waits for PostgreSQL, updates the schema if configured, then connects. */
@Module({})
export class DatabaseModule {
  static forRoot(schema: DatabaseSchema): DynamicModule {
    return {
      module: DatabaseModule,
      global: true,
      imports: [
        TypeOrmModule.forRootAsync({
          inject: [AppConfig],
          useFactory: async ({ env, directDatabaseUrl }: AppConfig) => {
            const settings: DatabaseSettings = {
              url: env.DATABASE_URL,
              isPooled: env.DATABASE_DIRECT_URL !== undefined,
              poolSize: env.DATABASE_POOL_SIZE,
              timeoutSeconds: env.DATABASE_TIMEOUT_SECONDS,
              poolWaitMs: env.DATABASE_POOL_WAIT_MS,
              // The pool replaces a broken idle connection. Without a listener, the error would
              // end the process.
              onPoolError: (error) => logger.warn(`an idle database connection was lost: ${error.message}`),
            };
            await waitForDatabase(settings, (line) => logger.warn(line));
            const options = { ...connectionOptions(settings), ...schema } as DataSourceOptions;
            if (env.MIGRATE_ON_START) {
              if (env.DATABASE_DIRECT_URL !== undefined) {
                const direct = { ...settings, url: directDatabaseUrl, isPooled: false };
                await waitForDatabase(direct, (line) => logger.warn(line), 'DATABASE_DIRECT_URL');
              }
              const applied = await migrate({ ...options, url: directDatabaseUrl } as DataSourceOptions);
              if (applied.length > 0) logger.log(`migrated: ${applied.join(', ')}`);
            }
            return { ...options, retryAttempts: 0 };
          },
        }),
      ],
      providers: [Database, ReadReplica, ReplicationSlotsRepository, Notifications],
      exports: [Database, ReadReplica, ReplicationSlotsRepository, Notifications],
    };
  }
}
