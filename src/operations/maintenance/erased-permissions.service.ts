import { Injectable } from '@nestjs/common';
import type { Tx } from '../../platform/database/sql.js';
import { ProviderRevocationsService } from '../../platform/federation/revocations/provider-revocations.service.js';
import { IdentitiesRepository } from '../../users/identities/identities.repository.js';

/** Takes back, at the providers, the permissions that erased members gave. */
@Injectable()
export class ErasedPermissionsService {
  constructor(
    private readonly identities: IdentitiesRepository,
    private readonly revocations: ProviderRevocationsService,
  ) {}

  /**
   * Reads the identities of members before the members are erased, because the database deletes both together.
   * @returns a function that queues the revocations for the members who were erased
   */
  async prepare(tx: Tx, memberIds: readonly string[]): Promise<(erasedIds: readonly string[]) => Promise<void>> {
    // Also while social login is off, because queueing deletes the provider's refresh token of an erased member.
    const identities = await this.identities.listForMembers(tx, memberIds);
    return async (erasedIds) =>
      this.revocations.queue(
        tx,
        identities.filter(({ memberId }) => erasedIds.includes(memberId)),
      );
  }
}
