import { Injectable } from '@nestjs/common';
import type { Tx } from '../../platform/database/sql.js';
import { ProviderRevocationsService } from '../../platform/federation/revocations/provider-revocations.service.js';
import { IdentitiesRepository } from '../../users/identities/identities.repository.js';

/** Takes the permissions of erased members back at their providers. */
@Injectable()
export class ErasedPermissionsService {
  constructor(
    private readonly identities: IdentitiesRepository,
    private readonly revocations: ProviderRevocationsService,
  ) {}

  /**
   * Reads what belongs to members before they are erased, because the database deletes it with them.
   * @returns a function that queues the revocations of those who were erased
   */
  async prepare(tx: Tx, memberIds: readonly string[]): Promise<(erasedIds: readonly string[]) => Promise<void>> {
    // Done even while social login is off: no token of an erased member may stay.
    const identities = await this.identities.listForMembers(tx, memberIds);
    return async (erasedIds) =>
      this.revocations.queue(
        tx,
        identities.filter(({ memberId }) => erasedIds.includes(memberId)),
      );
  }
}
