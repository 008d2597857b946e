import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.js';
import { ProviderGrantsRepository, type GrantKey } from './provider-grants.repository.js';
import { ProviderGrantsService } from './provider-grants.service.js';

/** Rows per transaction, as each is locked until commit. */
const BATCH_SIZE = 200;

/** Re-encrypts the refresh tokens of providers after SECRET has changed. */
@Injectable()
export class ProviderGrantRenewal {
  constructor(
    private readonly database: Database,
    private readonly repository: ProviderGrantsRepository,
    private readonly grants: ProviderGrantsService,
  ) {}

  /** How many refresh tokens need each master secret. */
  async count(): Promise<{ keyId: string; count: number }[]> {
    return this.repository.countByKey();
  }

  /** @returns how many were renewed; those that no known secret decrypts stay as they are */
  async renew(): Promise<number> {
    let after: GrantKey = { provider: '', subject: '' };
    let total = 0;
    for (;;) {
      const from = after;
      const batch = await this.database.transaction(async (tx) => {
        const rows = await this.repository.lockOutdated(tx, this.grants.keyId, from, BATCH_SIZE);
        let renewed = 0;
        for (const { sealed, ...key } of rows) {
          const replacement = this.reencryptOrNull(key, sealed);
          if (replacement === null) continue; // the operator may find the secret
          await this.repository.replaceSealed(tx, key, replacement, this.grants.keyId);
          renewed += 1;
        }
        return { renewed, last: rows.at(-1) };
      });
      if (batch.last === undefined) return total;
      after = batch.last;
      total += batch.renewed;
    }
  }

  private reencryptOrNull(key: GrantKey, sealed: Buffer): Buffer | null {
    try {
      return this.grants.reencrypt(key, sealed);
    } catch {
      return null;
    }
  }
}
