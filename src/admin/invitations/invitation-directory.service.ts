import { Injectable } from '@nestjs/common';
import { InvitationsRepository, type InvitationRow } from '../../verification/invitations/invitations.repository.js';
import { InvitersService, type Inviter } from '../../verification/invitations/inviters.service.js';
import { ViewAuditService } from '../../mfa/administrators/view-audit.service.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import { PageCursors, type Page } from '../../platform/http/page-cursors.js';
import type { Principal } from '../../platform/http/principal.js';
import { ChallengeListsRepository } from '../../verification/challenge-lists.repository.js';

export type ListedInvitation = InvitationRow & {
  readonly status: 'open' | 'expired' | 'accepted' | 'inviter_lost';
};

/** Lists invitations for administrators and API keys. */
@Injectable()
export class InvitationDirectoryService {
  constructor(
    private readonly repository: InvitationsRepository,
    private readonly inviters: InvitersService,
    private readonly challenges: ChallengeListsRepository,
    private readonly cursors: PageCursors,
    private readonly views: ViewAuditService,
  ) {}

  /**
   * Newest first. Each page is recorded in the audit log, because it names people (AC-04).
   * @throws DomainError `validation_failed` for an invalid cursor
   */
  async list(
    admin: Principal,
    limit: number,
    cursor: string | undefined,
    context: ClientContext,
  ): Promise<Page<ListedInvitation>> {
    const list = { name: 'invitations', filter: {} } as const;
    const position = this.cursors.decode(list, cursor);
    const page = this.cursors.paginate(list, await this.repository.list(limit + 1, position), limit);
    const lost = await this.findLost(page.items);
    await this.views.recordInvitations(admin, page.items.length, context);
    const items = page.items.map((row) => ({ ...row, status: statusOf(row, lost) }));
    return { ...page, items };
  }

  /**
   * Finds the ids of the invitations that ended because their inviter lost the right to invite, or
   * because the sessions of the inviter ended. Checks the inviters one after another: a page must not
   * take all database connections.
   */
  private async findLost(invitations: readonly InvitationRow[]): Promise<ReadonlySet<string>> {
    const open = invitations.filter(isOpen);
    if (open.length === 0) return new Set();
    const usable = await this.challenges.findInvited(open.map(({ emailKey }) => emailKey));
    const inviters = new Map(open.map((invitation) => [keyOf(invitation), invitation]));
    const lost = new Set<string>();
    for (const [key, inviter] of inviters) if (!(await this.inviters.hasRight(inviter))) lost.add(key);
    const isLost = (row: InvitationRow): boolean => lost.has(keyOf(row)) || !usable.has(row.emailKey);
    return new Set(open.filter(isLost).map(({ id }) => id));
  }
}

const isOpen = ({ acceptedAt, isExpired }: InvitationRow): boolean => !acceptedAt && !isExpired;

/** Members and API keys both have random UUIDs, so one cannot be taken for the other. */
const keyOf = ({ invitedBy, apiKeyId }: Inviter): string => invitedBy ?? apiKeyId ?? '';

function statusOf(invitation: InvitationRow, lost: ReadonlySet<string>): ListedInvitation['status'] {
  if (invitation.acceptedAt) return 'accepted';
  if (invitation.isExpired) return 'expired';
  return lost.has(invitation.id) ? 'inviter_lost' : 'open';
}
