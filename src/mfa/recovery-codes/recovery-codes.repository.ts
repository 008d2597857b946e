import { Injectable } from '@nestjs/common';
import { In, IsNull } from 'typeorm';
import { isWithin, now, type PastPeriod } from '../../platform/database/database-time.js';
import { Database } from '../../platform/database/database.js';
import type { Tx } from '../../platform/database/sql.js';
import type { StoredRecoveryCode } from './recovery-code-digests.js';
import { RecoveryCode } from './recovery-code.entity.js';

/** Owns the table `recovery_codes`. Uses TypeORM, because codes are seldom made, used or removed. */
@Injectable()
export class RecoveryCodesRepository {
  constructor(private readonly database: Database) {}

  async countUnused(memberId: string): Promise<number> {
    return this.database.manager.countBy(RecoveryCode, { memberId, usedAt: IsNull() });
  }

  /** Whether one of the digests belongs to an unused code. Only an early check: {@link spend} decides. */
  async hasUnused(memberId: string, digests: readonly Buffer[]): Promise<boolean> {
    return this.database.manager.existsBy(RecoveryCode, { memberId, digest: In([...digests]), usedAt: IsNull() });
  }

  /**
   * Uses a code up.
   * @returns how many codes are left; null if the code is wrong or was used
   */
  async spend(tx: Tx, memberId: string, digests: readonly Buffer[]): Promise<number | null> {
    const { affected } = await tx.manager.update(
      RecoveryCode,
      { memberId, digest: In([...digests]), usedAt: IsNull() },
      { usedAt: now },
    );
    return affected === 1 ? tx.manager.countBy(RecoveryCode, { memberId, usedAt: IsNull() }) : null;
  }

  /** Stores new codes; the old ones stop working. */
  async replaceAll(tx: Tx, memberId: string, codes: readonly StoredRecoveryCode[], keyId: string): Promise<void> {
    await this.removeAll(tx, memberId);
    await tx.manager.insert(
      RecoveryCode,
      codes.map((code) => ({ ...code, memberId, keyId })),
    );
  }

  async removeAll(tx: Tx, memberId: string): Promise<void> {
    await tx.manager.delete(RecoveryCode, { memberId });
  }

  /**
   * Removes the codes made within this period.
   * @returns false if there were none
   */
  async removeMadeWithin(tx: Tx, memberId: string, period: PastPeriod): Promise<boolean> {
    const { affected } = await tx.manager.delete(RecoveryCode, { memberId, createdAt: isWithin(period) });
    return affected! > 0;
  }
}
