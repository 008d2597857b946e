import { randomUUID } from 'node:crypto';
import { describe, expect, it, jest } from '@jest/globals';
import type { InvitationRow, InvitationsRepository } from '../../verification/invitations/invitations.repository.js';
import type { Inviter, InvitersService } from '../../verification/invitations/inviters.service.js';
import type { ViewAuditService } from '../../mfa/administrators/view-audit.service.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import type { PageCursors } from '../../platform/http/page-cursors.js';
import type { Principal } from '../../platform/http/principal.js';
import type { ChallengeListsRepository } from '../../verification/challenge-lists.repository.js';
import { InvitationDirectoryService } from './invitation-directory.service.js';

const ADMIN = { memberId: 'root' } as unknown as Principal;
const CONTEXT = {} as ClientContext;

const invitation = (inviter: Partial<Inviter>, state: Partial<InvitationRow> = {}) =>
  ({
    ...{ id: randomUUID(), emailKey: 'ada@example.com', acceptedAt: null, isExpired: false },
    ...{ invitedBy: null, apiKeyId: null, ...inviter, ...state },
  }) as InvitationRow;

function directoryOf(rows: readonly InvitationRow[]) {
  const hasRight = jest.fn(async ({ invitedBy, apiKeyId }: Inviter) => invitedBy !== 'demoted' && apiKeyId === null);
  const recordInvitations = jest.fn<ViewAuditService['recordInvitations']>(async () => {});
  const service = new InvitationDirectoryService(
    { list: async () => rows } as unknown as InvitationsRepository,
    { hasRight } as unknown as InvitersService,
    { findInvited: async () => new Set(['ada@example.com']) } as unknown as ChallengeListsRepository,
    {
      decode: () => null,
      paginate: (_: unknown, items: InvitationRow[]) => ({ items, nextCursor: null }),
    } as unknown as PageCursors,
    { recordInvitations } as unknown as ViewAuditService,
  );
  return { service, hasRight, recordInvitations };
}

describe('the list of invitations', () => {
  it('AC-22 checks the right of each inviter once, and only for open invitations', async () => {
    const { service, hasRight } = directoryOf([
      ...Array.from({ length: 50 }, () => invitation({ invitedBy: 'ada' })),
      ...Array.from({ length: 50 }, () => invitation({ invitedBy: 'demoted' })),
      invitation({ apiKeyId: 'revoked' }),
      invitation({}),
      invitation({ invitedBy: 'demoted' }, { isExpired: true }),
      invitation({ invitedBy: 'demoted' }, { acceptedAt: new Date() }),
      invitation({}, { emailKey: 'voided@example.com' }),
    ]);
    const { items } = await service.list(ADMIN, 200, undefined, CONTEXT);
    const statuses = items.map(({ status }) => status);
    expect(new Set(statuses.slice(0, 50))).toEqual(new Set(['open']));
    expect(new Set(statuses.slice(50, 100))).toEqual(new Set(['inviter_lost']));
    expect(statuses.slice(100)).toEqual(['inviter_lost', 'open', 'expired', 'accepted', 'inviter_lost']);
    expect(hasRight).toHaveBeenCalledTimes(4);
  });

  it('AC-04 records how many people a page names before it is shown, and shows nothing without the record', async () => {
    const { service, recordInvitations } = directoryOf([invitation({ invitedBy: 'ada' })]);
    await service.list(ADMIN, 20, undefined, CONTEXT);
    expect(recordInvitations).toHaveBeenCalledWith(ADMIN, 1, CONTEXT);
    recordInvitations.mockRejectedValue(new Error('no longer an administrator'));
    await expect(service.list(ADMIN, 20, undefined, CONTEXT)).rejects.toThrow('no longer');
  });
});
