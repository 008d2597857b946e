import { Injectable } from '@nestjs/common';
import { AppConfig } from '../platform/config/app-config.js';
import type { Tx } from '../platform/database/sql.js';
import { DomainError } from '../platform/http/problems/domain-error.js';
import { IdentitiesRepository } from '../users/identities/identities.repository.js';
import { MembersRepository } from '../users/members.repository.js';
import { PendingProofsService } from './challenges/pending-proofs.service.js';
import { PasskeysRepository } from './passkeys/passkeys.repository.js';

/** What follows when members remove something that logs them in. They cannot remove the last one (SO-31). */
@Injectable()
export class LastWayInService {
  constructor(
    private readonly config: AppConfig,
    private readonly members: MembersRepository,
    private readonly passkeys: PasskeysRepository,
    private readonly identities: IdentitiesRepository,
    private readonly pendingProofs: PendingProofsService,
  ) {}

  /**
   * Checks that one is left, and voids logins that the removed one may have begun (CC-09). Call it after
   * the removal and in its transaction, which the refusal rolls back. Needs the member's lock: of two
   * removals at once, the second then sees what the first has left.
   * @throws DomainError `last_way_in` where no password, passkey or linked account is left
   */
  async checkAndVoidLogins(tx: Tx, memberId: string): Promise<void> {
    await this.pendingProofs.voidLogins(tx, memberId);
    if (await this.members.hasPassword(tx, memberId)) return;
    if (await this.passkeys.hasOneForLogins(tx, memberId)) return;
    // An account at a provider that is configured no longer opens nothing.
    const providers = this.config.socialProviders.map(({ id }) => id);
    if (!(await this.identities.hasOneAt(tx, memberId, providers))) throw new DomainError('last_way_in');
  }
}
