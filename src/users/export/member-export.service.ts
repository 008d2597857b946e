import { Injectable } from '@nestjs/common';
import { MemberAttributes } from '../../platform/attributes/member-attributes.js';
import { MembersRepository } from '../members.repository.js';
import { profileResponseOf } from '../profile-response.dto.js';
import { withoutHiddenAttributes, type LoggedEvent } from '../shown-changes.js';
import type { AccountExportResponse } from './member-export.dto.js';
import { MemberRecordsRepository } from './member-records.repository.js';

/**
 * Collects what is held about a member, for the member and for administrators on request. Both get
 * the same, as members see it: an administrator's export goes to the member.
 *
 * Includes the consents of the sign-up or invitation that made the member: they are in the ledger
 * since the mailbox was proven. Leaves out sign-ups that wait for a proof: anyone may have typed the
 * address, so their names and consents may be those of another person (CO-06).
 */
@Injectable()
export class MemberExportService {
  constructor(
    private readonly members: MembersRepository,
    private readonly attributes: MemberAttributes,
    private readonly records: MemberRecordsRepository,
  ) {}

  /** The member must exist. */
  async read(memberId: string): Promise<AccountExportResponse> {
    const profile = profileResponseOf(await this.members.getProfile(memberId), this.attributes);
    const { securityEvents, ...records } = await this.records.read(memberId);
    const shown = withoutHiddenAttributes(securityEvents as LoggedEvent[], this.attributes);
    return { profile, ...records, securityEvents: shown };
  }
}
