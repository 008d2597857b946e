import { Injectable } from '@nestjs/common';
import pg from 'pg';
import { KeyRing } from '../../platform/crypto/key-ring.js';
import { FieldCipher } from '../../platform/crypto/field-cipher.js';
import { AppConfig } from '../../platform/config/app-config.js';
import { LOCKS } from '../../platform/database/advisory-locks.js';
import { Database } from '../../platform/database/database.js';
import type { Tx } from '../../platform/database/sql.js';
import { RecoveryCodeDigests } from '../../mfa/recovery-codes/recovery-code-digests.js';
import {
  EncryptedValuesRepository,
  type EncryptedKind,
  type EncryptedValue,
} from '../../mfa/encrypted-values.repository.js';

/** Rows of one transaction: few enough that nobody waits for their locks. */
const BATCH = 200;

/** How many values of one kind need which secret. */
export interface EncryptedTally {
  readonly kind: EncryptedKind;
  readonly current: number;
  /** For each of PREVIOUS_SECRETS, in its order. */
  readonly previous: readonly number[];
  /** The row does not say which one: a version before 1.0.0 wrote it. */
  readonly unmarked: number;
  /** None of those that are set: nobody can read them. */
  readonly lost: number;
}

/**
 * What is kept encrypted for long follows SECRET when it changes, so that the old secret can go. Only when somebody says so
 * (`munjigi keys reseal`) and not by itself: while replicas restart one after another, some still have the old secret in
 * the first place, and would seal everything back.
 */
@Injectable()
export class ReEncryptionService {
  private readonly apps: FieldCipher;
  private readonly recoveryCodes: RecoveryCodeDigests;
  private readonly keyId: string;

  constructor(
    private readonly config: AppConfig,
    private readonly keys: KeyRing,
    private readonly database: Database,
    private readonly values: EncryptedValuesRepository,
  ) {
    this.apps = new FieldCipher(keys.all('totp-secret'));
    this.recoveryCodes = new RecoveryCodeDigests(keys);
    this.keyId = keys.ids[0]!;
  }

  async tally(): Promise<EncryptedTally[]> {
    const counts = await this.values.count();
    return (['authenticator apps', 'recovery codes'] as const).map((kind) => {
      const ofKind = counts.filter((one) => one.kind === kind);
      const of = (keyId: string | null): number => ofKind.find((one) => one.keyId === keyId)?.count ?? 0;
      const [current, ...previous] = this.keys.ids.map(of);
      const lost = ofKind.filter(({ keyId }) => keyId !== null && !this.keys.ids.includes(keyId));
      return {
        kind,
        current: current!,
        previous,
        unmarked: of(null),
        lost: lost.reduce((sum, { count }) => sum + count, 0),
      };
    });
  }

  /** See {@link EncryptedValuesRepository.countImmovable}. */
  async countImmovable(): Promise<number> {
    return this.values.countImmovable();
  }

  /**
   * Seals with SECRET whatever PREVIOUS_SECRETS open. Each batch is a commit, and what is done is not looked at again: a run that
   * was broken off is simply started anew. @returns how many were sealed anew; null where another run is under way
   */
  async reencrypt(): Promise<number | null> {
    return this.alone(async () => (await this.resealApps()) + (await this.resealRecoveryCodes()));
  }

  private async resealApps(): Promise<number> {
    return this.inBatches<string>(
      (tx, after) => this.values.lockApps(tx, this.keyId, after, BATCH),
      async (tx, rows) => {
        const renewed = rows.flatMap(({ id, memberId, sealed }) => {
          const secret = unlessLost(() => this.apps.decrypt(sealed, memberId));
          return secret === null ? [] : [{ id, sealed: this.apps.encrypt(secret, memberId) }];
        });
        await this.values.replaceApps(tx, this.keyId, renewed);
        return renewed.length;
      },
    );
  }

  private async resealRecoveryCodes(): Promise<number> {
    return this.inBatches<Buffer>(
      (tx, after) => this.values.lockRecoveryCodes(tx, this.keyId, after, BATCH),
      async (tx, rows) => {
        const renewed = rows.flatMap(({ id, memberId, sealed }) => {
          const code = unlessLost(() => this.recoveryCodes.renewed(memberId, sealed));
          return code === null ? [] : [{ id, ...code }];
        });
        await this.values.replaceRecoveryCodes(tx, this.keyId, renewed);
        return renewed.length;
      },
    );
  }

  private async inBatches<Id>(
    take: (tx: Tx, after: Id | null) => Promise<EncryptedValue<Id>[]>,
    renew: (tx: Tx, rows: readonly EncryptedValue<Id>[]) => Promise<number>,
  ): Promise<number> {
    let after: Id | null = null; // past what no secret opens, which would be found again and again
    let total = 0;
    for (;;) {
      const from: Id | null = after;
      const batch = await this.database.transaction(async (tx) => {
        const rows = await take(tx, from);
        return { last: rows.at(-1)?.id, count: rows.length === 0 ? 0 : await renew(tx, rows) };
      });
      if (batch.last === undefined) return total;
      after = batch.last;
      total += batch.count;
    }
  }

  /** On a connection of its own, past any pooler: its end frees the lock, however it comes about. */
  private async alone<T>(work: () => Promise<T>): Promise<T | null> {
    const connection = new pg.Client({ connectionString: this.config.directDatabaseUrl });
    connection.on('error', () => undefined); // the work notices by itself
    await connection.connect();
    try {
      const { rows } = await connection.query<{ locked: boolean }>('SELECT pg_try_advisory_lock($1) AS locked', [
        LOCKS.resealing,
      ]);
      return rows[0]!.locked ? await work() : null;
    } finally {
      await connection.end().catch(() => undefined);
    }
  }
}

/** Null for what no known secret opens: it stays as it is, for the day somebody finds the secret. */
function unlessLost<T>(open: () => T): T | null {
  try {
    return open();
  } catch {
    return null;
  }
}
