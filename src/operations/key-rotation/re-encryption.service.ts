import { Injectable } from '@nestjs/common';
import type pg from 'pg';
import { KeyRing } from '../../platform/crypto/key-ring.js';
import { FieldCipher } from '../../platform/crypto/field-cipher.js';
import { AppConfig } from '../../platform/config/app-config.js';
import { LOCKS } from '../../platform/database/advisory-locks.js';
import { DatabaseClient } from '../../platform/database/database-client.js';
import { Database } from '../../platform/database/database.js';
import { sessionSettings } from '../../platform/database/session-settings.js';
import { ProviderGrantReEncryption } from '../../platform/federation/provider-grant-re-encryption.service.js';
import { WebhookSecretReEncryption } from '../../security/events/webhooks/webhook-secret-re-encryption.service.js';
import type { Tx } from '../../platform/database/sql.js';
import { RecoveryCodeDigests } from '../../mfa/recovery-codes/recovery-code-digests.js';
import {
  EncryptedValuesRepository,
  type EncryptedKind,
  type EncryptedValue,
} from '../../mfa/encrypted-values.repository.js';

/**
 * Rows per transaction. Each row is locked until commit, so the number is small enough not to delay
 * logins.
 */
const BATCH_SIZE = 200;

/** How many values of one kind need which secret. */
export interface EncryptedTally {
  readonly kind: EncryptedKind | 'webhook secrets' | 'provider tokens';
  readonly current: number;
  /** One count per secret of PREVIOUS_SECRETS, in the same order. */
  readonly previous: readonly number[];
  /** Rows that do not name their secret: a version before 1.0.0 wrote them. */
  readonly unmarked: number;
  /** Rows that name a secret which is not configured. */
  readonly undecryptable: number;
}

/**
 * Re-encrypts long-lived values with SECRET after it has changed, so that the old secret can be
 * removed. Only the operator starts this (`munjigi keys reseal`). If it ran automatically, replicas
 * that have not been restarted with the new settings would re-encrypt the values with the old
 * secret again.
 */
@Injectable()
export class ReEncryptionService {
  private readonly appCipher: FieldCipher;
  private readonly recoveryCodes: RecoveryCodeDigests;
  private readonly keyId: string;

  constructor(
    private readonly config: AppConfig,
    private readonly keys: KeyRing,
    private readonly database: Database,
    private readonly values: EncryptedValuesRepository,
    private readonly webhookSecrets: WebhookSecretReEncryption,
    private readonly providerGrants: ProviderGrantReEncryption,
  ) {
    this.appCipher = new FieldCipher(keys.all('totp-secret'));
    this.recoveryCodes = new RecoveryCodeDigests(keys);
    this.keyId = keys.ids[0]!;
  }

  /** Counts the stored values by the secret they need. */
  async tally(): Promise<EncryptedTally[]> {
    const ofWebhooks = (await this.webhookSecrets.count()).map((entry) => ({ ...entry, kind: 'webhook secrets' }));
    const ofProviders = (await this.providerGrants.count()).map((entry) => ({ ...entry, kind: 'provider tokens' }));
    const counts = [...(await this.values.count()), ...ofWebhooks, ...ofProviders];
    return (['authenticator apps', 'recovery codes', 'webhook secrets', 'provider tokens'] as const).map((kind) => {
      const ofKind = counts.filter((entry) => entry.kind === kind);
      const countFor = (keyId: string | null): number => ofKind.find((entry) => entry.keyId === keyId)?.count ?? 0;
      const [current, ...previous] = this.keys.ids.map(countFor);
      const unknown = ofKind.filter(({ keyId }) => keyId !== null && !this.keys.ids.includes(keyId));
      return {
        kind,
        current: current!,
        previous,
        unmarked: countFor(null),
        undecryptable: unknown.reduce((sum, { count }) => sum + count, 0),
      };
    });
  }

  /** Counts the unused recovery codes from before 1.0.0, which cannot be re-encrypted. */
  async countLegacyRecoveryCodes(): Promise<number> {
    return this.values.countImmovable();
  }

  /**
   * Re-encrypts all values that a secret of PREVIOUS_SECRETS decrypts. Each batch is its own
   * commit, and values that already need only SECRET are skipped, so an interrupted run can simply
   * be repeated.
   *
   * @returns the number of re-encrypted values, or null if another run holds the lock
   */
  async reencrypt(): Promise<number | null> {
    const connection = await this.acquireLock();
    if (connection === null) return null;
    try {
      const webhooks = await this.database.transaction((tx) => this.webhookSecrets.reencrypt(tx));
      const providers = await this.providerGrants.reencrypt();
      return providers + webhooks + (await this.reencryptApps()) + (await this.reencryptRecoveryCodes());
    } finally {
      await connection.end().catch(() => undefined); // releases the lock
    }
  }

  private async reencryptApps(): Promise<number> {
    return this.inBatches<string>(
      (tx, after) => this.values.lockApps(tx, this.keyId, after, BATCH_SIZE),
      async (tx, rows) => {
        const reencrypted = rows.flatMap(({ id, memberId, encrypted }) => {
          const secret = decryptOrNull(() => this.appCipher.decrypt(encrypted, memberId));
          return secret === null ? [] : [{ id, encrypted: this.appCipher.encrypt(secret, memberId) }];
        });
        await this.values.replaceApps(tx, this.keyId, reencrypted);
        return reencrypted.length;
      },
    );
  }

  private async reencryptRecoveryCodes(): Promise<number> {
    return this.inBatches<Buffer>(
      (tx, after) => this.values.lockRecoveryCodes(tx, this.keyId, after, BATCH_SIZE),
      async (tx, rows) => {
        const reencrypted = rows.flatMap(({ id, memberId, encrypted }) => {
          const code = decryptOrNull(() => this.recoveryCodes.reencrypt(memberId, encrypted));
          return code === null ? [] : [{ id, ...code }];
        });
        await this.values.replaceRecoveryCodes(tx, this.keyId, reencrypted);
        return reencrypted.length;
      },
    );
  }

  /**
   * Re-encrypts all rows, batch by batch in the order of their ids, so that undecryptable rows are
   * read once per run.
   */
  private async inBatches<Id>(
    lockRows: (tx: Tx, after: Id | null) => Promise<EncryptedValue<Id>[]>,
    reencrypt: (tx: Tx, rows: readonly EncryptedValue<Id>[]) => Promise<number>,
  ): Promise<number> {
    let after: Id | null = null;
    let total = 0;
    for (;;) {
      const from: Id | null = after;
      const batch = await this.database.transaction(async (tx) => {
        const rows = await lockRows(tx, from);
        return { last: rows.at(-1)?.id, count: rows.length === 0 ? 0 : await reencrypt(tx, rows) };
      });
      if (batch.last === undefined) return total;
      after = batch.last;
      total += batch.count;
    }
  }

  /**
   * Takes the lock that only one run can hold. The lock belongs to a connection of its own, which
   * bypasses any pooler: however the process ends, the connection ends with it and PostgreSQL
   * releases the lock.
   *
   * @returns the connection to close when done, or null if another run holds the lock
   */
  private async acquireLock(): Promise<pg.Client | null> {
    const connection = new DatabaseClient({
      connectionString: this.config.directDatabaseUrl,
      session: sessionSettings({ timeoutMs: 0 }),
    });
    connection.on('error', () => undefined); // a lost database makes the next batch fail, too
    try {
      await connection.connect();
      const { rows } = await connection.query<{ locked: boolean }>('SELECT pg_try_advisory_lock($1) AS locked', [
        LOCKS.reEncryption,
      ]);
      if (rows[0]!.locked) return connection;
    } catch (error) {
      await connection.end().catch(() => undefined);
      throw error;
    }
    await connection.end().catch(() => undefined);
    return null;
  }
}

/**
 * Null if no configured secret decrypts the value. The row stays as it is, because the operator may
 * still add that secret to PREVIOUS_SECRETS.
 */
function decryptOrNull<T>(decrypt: () => T): T | null {
  try {
    return decrypt();
  } catch {
    return null;
  }
}
