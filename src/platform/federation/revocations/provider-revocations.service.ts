import { Injectable } from '@nestjs/common';
import type { Tx } from '../../database/sql.js';
import { IdentityProviders } from '../identity-providers.js';
import type { GrantKey } from '../provider-grants.repository.js';
import { ProviderGrantsService } from '../provider-grants.service.js';
import { ProviderRevocationsRepository } from './provider-revocations.repository.js';

/** Takes permissions back at providers, later and with retries, after an account was unlinked or erased. */
@Injectable()
export class ProviderRevocationsService {
  constructor(
    private readonly providers: IdentityProviders,
    private readonly grants: ProviderGrantsService,
    private readonly revocations: ProviderRevocationsRepository,
  ) {}

  /** Queues the revocations in the transaction that unlinks, so that both happen or neither (SO-53). */
  async queue(tx: Tx, accounts: readonly GrantKey[]): Promise<void> {
    for (const { provider, subject } of accounts) {
      const means = this.providers.find(provider)?.revocationMeans ?? 'none';
      const sealed = await this.grants.take(tx, { provider, subject });
      if (means === 'none' || (means === 'grant' && sealed === null)) continue;
      await this.revocations.insert(tx, { provider, subject, sealed });
    }
  }

  /**
   * Cancels what is queued for an account that is linked again, in the transaction that links.
   * Otherwise the provider would also take back the permission that the person has just given
   * (SO-57). If the provider has sent no new refresh token, keeps the old one for the next unlinking.
   */
  async cancel(tx: Tx, account: GrantKey): Promise<void> {
    const [sealed] = await this.revocations.deleteOpen(tx, account);
    if (sealed !== undefined) await this.grants.restore(tx, account, sealed);
  }
}
