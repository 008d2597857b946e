import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.js';
import { ProviderGrantsRepository, type GrantKey } from './provider-grants.repository.js';
import { ProviderGrantsService } from './provider-grants.service.js';

/** Rows per transaction, as each is locked until commit. */
const BATCH_SIZE = 200;

/** Re-encrypts the refresh tokens of providers after SECRET has changed. */
@Injectable()
export class ProviderGrantReEncryption {
  constructor(
    private readonly database: Database,
    private readonly repository: ProviderGrantsRepository,
    private readonly grants: ProviderGrantsService,
  ) {}

  /** Counts the refresh tokens by the id of the master secret that encrypts them. */
  async count(): Promise<{ keyId: string; count: number }[]> {
    return this.repository.countByKey();
  }

  /** @returns the number of re-encrypted tokens; one that no configured secret decrypts stays as it is */
  async reencrypt(): Promise<number> {
    let after: GrantKey = { provider: '', subject: '' };
    let total = 0;
    for (;;) {
      const from = after;
      const batch = await this.database.transaction(async (tx) => {
        const rows = await this.repository.lockOutdated(tx, this.grants.keyId, from, BATCH_SIZE);
        let count = 0;
        for (const { sealed, ...key } of rows) {
          const replacement = this.grants.reencryptOrNull(key, sealed);
          if (replacement === null) continue; // the operator may still add that secret to PREVIOUS_SECRETS
          await this.repository.replaceSealed(tx, key, replacement, this.grants.keyId);
          count += 1;
        }
        return { count, last: rows.at(-1) };
      });
      if (batch.last === undefined) return total;
      after = batch.last;
      total += batch.count;
    }
  }
}
