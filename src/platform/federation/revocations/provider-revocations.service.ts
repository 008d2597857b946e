import { Injectable } from '@nestjs/common';
import type { Tx } from '../../database/sql.js';
import { IdentityProviders } from '../identity-providers.js';
import { ProviderGrantsRepository, type GrantKey } from '../provider-grants.repository.js';
import { ProviderRevocationsRepository } from './provider-revocations.repository.js';

/** Takes permissions back at providers, later and with retries, after an account was unlinked or erased. */
@Injectable()
export class ProviderRevocationsService {
  constructor(
    private readonly providers: IdentityProviders,
    private readonly grants: ProviderGrantsRepository,
    private readonly revocations: ProviderRevocationsRepository,
  ) {}

  /** In the transaction that unlinks, so that both happen or neither (SO-53). */
  async queue(tx: Tx, accounts: readonly GrantKey[]): Promise<void> {
    for (const { provider, subject } of accounts) {
      const means = this.providers.find(provider)?.revocationMeans ?? 'none';
      const sealed = await this.grants.take(tx, { provider, subject });
      if (means === 'none' || (means === 'grant' && sealed === null)) continue;
      await this.revocations.insert(tx, { provider, subject, sealed });
    }
  }
}
