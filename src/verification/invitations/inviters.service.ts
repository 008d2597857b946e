import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/database/database.js';
import type { Tx } from '../../platform/database/sql.js';
import { ApiKeysRepository } from '../../security/api-keys/api-keys.repository.js';
import { MemberAdministrationRepository } from '../../users/member-administration.repository.js';
import { MembersRepository } from '../../users/members.repository.js';
import type { Invitation } from './invitation.entity.js';

export type Inviter = Pick<Invitation, 'invitedBy' | 'apiKeyId'>;

/** The command line, whose operator has every right. */
export const OPERATOR: Inviter = { invitedBy: null, apiKeyId: null };

/**
 * Checks that the sender of an invitation may still invite. Invitations of a demoted administrator
 * and of a revoked key open nothing: an intruder could have sent them (AC-22). Those of administrators
 * end earlier, with the sessions of the inviter.
 */
@Injectable()
export class InvitersService {
  constructor(
    private readonly database: Database,
    private readonly members: MembersRepository,
    private readonly administration: MemberAdministrationRepository,
    private readonly apiKeys: ApiKeysRepository,
  ) {}

  /** An early check, for lists and pages: {@link mayStillInvite} decides. */
  async hasRight({ invitedBy, apiKeyId }: Inviter): Promise<boolean> {
    if (invitedBy !== null) return this.administration.isActiveAdmin(this.database, invitedBy);
    return apiKeyId === null || this.apiKeys.isUnrevoked(this.database, apiKeyId);
  }

  /** Locks the inviter until commit, so that a demotion comes either before this check or after the commit (CC-09). */
  async mayStillInvite(tx: Tx, { invitedBy, apiKeyId }: Inviter): Promise<boolean> {
    if (invitedBy !== null) {
      await this.members.lock(tx, invitedBy);
      return this.administration.isActiveAdmin(tx, invitedBy);
    }
    return apiKeyId === null || this.apiKeys.isUnrevoked(tx, apiKeyId);
  }
}
