import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { AuthenticatorTransport } from '@simplewebauthn/server';
import { In } from 'typeorm';
import { isUniqueViolation } from '../../platform/database/database-errors.js';
import { isWithin, type PastPeriod } from '../../platform/database/database-time.js';
import { Database } from '../../platform/database/database.js';
import type { Sql, Tx } from '../../platform/database/sql.js';
import { Passkey } from './passkey.entity.js';
import { findProviderName } from './passkey-providers.js';

/** What is stored of a passkey when it is registered. */
export type NewPasskey = Pick<
  Passkey,
  | 'memberId'
  | 'credentialId'
  | 'publicKey'
  | 'transports'
  | 'backupEligible'
  | 'backedUp'
  | 'userVerified'
  | 'name'
  | 'aaguid'
> & { readonly signCount: number };

/** What a signature is checked against. */
export type StoredPasskey = Pick<Passkey, 'id' | 'memberId' | 'publicKey' | 'backupEligible' | 'userVerified'> & {
  readonly signCount: number;
};

/** A passkey as its member sees it. */
export type PasskeySummary = Pick<
  Passkey,
  'id' | 'name' | 'createdAt' | 'lastUsedAt' | 'transports' | 'backupEligible' | 'backedUp'
> & {
  /** The name of the password manager or device that keeps it; null where it is unknown. */
  readonly provider: string | null;
};

/** A passkey as a browser needs it. */
export interface PasskeyDescriptor {
  readonly id: string;
  readonly transports: AuthenticatorTransport[];
}

/** What one signature changes about its passkey. */
export interface PasskeyUse {
  readonly id: string;
  readonly signCount: number;
  readonly backedUp: boolean;
  /**
   * Whether the passkey verified its user, alone or after the password; once it has, it may serve as
   * both factors.
   */
  readonly userVerified: boolean;
  /** Whether it served as both factors, so that it must still be allowed to. */
  readonly isBothFactors: boolean;
}

const SUMMARY = {
  ...{ id: true, name: true, createdAt: true, lastUsedAt: true },
  ...{ transports: true, backupEligible: true, backedUp: true, aaguid: true },
} as const;

/**
 * Owns the table `passkeys`. What a login needs is prepared SQL; registering, listing, renaming and
 * removing passkeys is cold: TypeORM.
 */
@Injectable()
export class PasskeysRepository {
  constructor(private readonly database: Database) {}

  async findByCredential(credentialId: Buffer): Promise<StoredPasskey | null> {
    const { rows } = await this.database.query<StoredPasskey>(
      `SELECT id, member_id AS "memberId", public_key AS "publicKey", sign_count::float8 AS "signCount",
         backup_eligible AS "backupEligible", user_verified AS "userVerified"
       FROM passkeys WHERE credential_id = $1`,
      [credentialId],
    );
    return rows[0] ?? null;
  }

  /** The member's passkeys, last used first, as WebAuthn options name them. */
  async findDescriptors(sql: Sql, memberId: string): Promise<PasskeyDescriptor[]> {
    const { rows } = await sql.query<Pick<Passkey, 'credentialId' | 'transports'>>(
      `SELECT credential_id AS "credentialId", transports FROM passkeys WHERE member_id = $1 ORDER BY last_used_at DESC NULLS LAST, id`,
      [memberId],
    );
    return rows.map(({ credentialId, transports }) => ({
      id: credentialId.toString('base64url'),
      transports: transports as AuthenticatorTransport[],
    }));
  }

  /**
   * Records a use.
   * @returns false if the passkey is gone or has become a second factor only, or if another request
   * recorded this counter or a higher one
   */
  async recordUse(tx: Tx, use: PasskeyUse): Promise<boolean> {
    const { id, signCount, backedUp, userVerified, isBothFactors } = use;
    // A passkey that was disputed while its login was on the way must not log in (CC-09).
    const { count } = await tx.query(
      `UPDATE passkeys SET sign_count = $2, backed_up = $3, user_verified = user_verified OR $4, last_used_at = now()
       WHERE id = $1 AND (sign_count < $2 OR (sign_count = 0 AND $2 = 0)) AND (user_verified OR NOT $5::boolean)`,
      [id, signCount, backedUp, userVerified, isBothFactors],
    );
    return count === 1;
  }

  async count(sql: Sql, memberId: string): Promise<number> {
    const { rows } = await sql.query<{ count: number }>(
      `SELECT count(*)::int AS count FROM passkeys WHERE member_id = $1`,
      [memberId],
    );
    return rows[0]!.count;
  }

  /** Whether the member has a passkey that logs in by itself, because it verifies its user. */
  async hasOneForLogins(tx: Tx, memberId: string): Promise<boolean> {
    return tx.manager.existsBy(Passkey, { memberId, userVerified: true });
  }

  /**
   * @returns null if the credential is registered for any member: the unique index decides. The
   * transaction has failed then and must be rolled back.
   */
  async insert(tx: Tx, newPasskey: NewPasskey): Promise<PasskeySummary | null> {
    const signCount = String(newPasskey.signCount);
    const passkey = tx.manager.create(Passkey, { ...newPasskey, id: randomUUID(), signCount, lastUsedAt: null });
    try {
      await tx.manager.insert(Passkey, passkey); // fills `createdAt` in
      return await summaryOf(passkey);
    } catch (error) {
      if (isUniqueViolation(error)) return null;
      throw error;
    }
  }

  /** Oldest first. */
  async list(memberId: string): Promise<PasskeySummary[]> {
    const passkeys = await this.database.manager.find(Passkey, {
      select: SUMMARY,
      where: { memberId },
      order: { createdAt: 'ASC', id: 'ASC' },
    });
    return Promise.all(passkeys.map(summaryOf));
  }

  /** @returns null if this member has no such passkey */
  async rename(tx: Tx, id: string, memberId: string, name: string | null): Promise<PasskeySummary | null> {
    const { affected } = await tx.manager.update(Passkey, { id, memberId }, { name });
    if (affected !== 1) return null;
    return summaryOf(await tx.manager.findOneOrFail(Passkey, { select: SUMMARY, where: { id } }));
  }

  /**
   * @returns the name of the removed passkey, which may be null; undefined if this member has no
   * such passkey
   */
  async remove(tx: Tx, id: string, memberId: string): Promise<string | null | undefined> {
    const passkey = await tx.manager.findOne(Passkey, { select: { id: true, name: true }, where: { id, memberId } });
    const { affected } = await tx.manager.delete(Passkey, { id, memberId });
    return affected === 1 ? passkey?.name : undefined;
  }

  async removeAll(tx: Tx, memberId: string): Promise<void> {
    await tx.manager.delete(Passkey, { memberId });
  }

  async countRegisteredWithin(tx: Tx, memberId: string, period: PastPeriod): Promise<number> {
    return tx.manager.countBy(Passkey, { memberId, createdAt: isWithin(period) });
  }

  /**
   * Makes the passkeys registered within this period second factors only. Each stays one until it
   * has verified its user again after the password.
   */
  async restrictToSecondFactor(tx: Tx, memberId: string, period: PastPeriod): Promise<void> {
    await tx.manager.update(Passkey, { memberId, createdAt: isWithin(period) }, { userVerified: false });
  }

  /**
   * Removes the passkeys registered within this period.
   * @returns their names
   */
  async removeRegisteredWithin(tx: Tx, memberId: string, period: PastPeriod): Promise<(string | null)[]> {
    const recent = await tx.manager.find(Passkey, {
      select: { id: true, name: true },
      where: { memberId, createdAt: isWithin(period) },
    });
    if (recent.length > 0) await tx.manager.delete(Passkey, { id: In(recent.map(({ id }) => id)) });
    return recent.map(({ name }) => name);
  }
}

async function summaryOf(passkey: Passkey): Promise<PasskeySummary> {
  const { id, name, createdAt, lastUsedAt, transports, backupEligible, backedUp, aaguid } = passkey;
  const provider = await findProviderName(aaguid);
  return { id, name, provider, createdAt, lastUsedAt, transports, backupEligible, backedUp };
}
