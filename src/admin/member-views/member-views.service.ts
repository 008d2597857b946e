import { Injectable } from '@nestjs/common';
import { ViewAuditService } from '../../mfa/administrators/view-audit.service.js';
import {
  DeliveryListsRepository,
  type ListedDelivery,
} from '../../security/events/deliveries/delivery-lists.repository.js';
import { OutboxInspectionService, type InspectedMail } from '../../mail/outbox/outbox-inspection.service.js';
import { OpenChallengesService, type ListedChallenge } from '../../mfa/challenges/open-challenges.service.js';
import type { PagePosition } from '../../platform/database/page.js';
import { CountryLookup } from '../../platform/geoip/country-lookup.service.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import { PageCursors, type Page } from '../../platform/http/page-cursors.js';
import { idOf, type Principal } from '../../platform/http/principal.js';
import { SessionsService } from '../../sessions/sessions.service.js';
import { summariseUserAgent, type UserAgentSummary } from '../../sessions/user-agent.js';

/** A session as administrators see it. */
export interface MemberSession extends UserAgentSummary {
  readonly id: string;
  readonly deviceName: string | null;
  readonly ip: string;
  readonly country: string | null;
  readonly createdAt: Date;
  readonly lastUsedAt: Date;
  readonly bound: boolean;
}

/** One page of a list, as a request selects it. */
export interface PageSelection {
  readonly limit: number;
  readonly cursor: string | undefined;
}

/** Shows administrators what belongs to one member. Each view is recorded in the audit log (AC-03). */
@Injectable()
export class MemberViewsService {
  constructor(
    private readonly views: ViewAuditService,
    private readonly sessions: SessionsService,
    private readonly countries: CountryLookup,
    private readonly challenges: OpenChallengesService,
    private readonly outbox: OutboxInspectionService,
    private readonly deliveries: DeliveryListsRepository,
    private readonly cursors: PageCursors,
  ) {}

  /** The live sessions, last used first. @throws DomainError `not_found` */
  async listSessions(admin: Principal, memberId: string, context: ClientContext): Promise<MemberSession[]> {
    await this.views.open(admin, memberId, 'sessions', context);
    const rows = await this.sessions.list(memberId);
    return rows.map(({ userAgent, ...row }) => ({
      ...row,
      ...summariseUserAgent(userAgent),
      country: this.countries.of(row.ip),
    }));
  }

  /** What the member has begun or has to wait for. @throws DomainError `not_found` */
  async listChallenges(admin: Principal, memberId: string, context: ClientContext): Promise<ListedChallenge[]> {
    await this.views.open(admin, memberId, 'challenges', context);
    return this.challenges.list(memberId);
  }

  /** The mails to the member, newest first. @throws DomainError `not_found`, `validation_failed` */
  async listMails(
    admin: Principal,
    memberId: string,
    page: PageSelection,
    context: ClientContext,
  ): Promise<Page<InspectedMail>> {
    return this.listPage(admin, memberId, 'mails', page, context, async (limit, after) =>
      this.outbox.list({ memberId }, limit, after),
    );
  }

  /** The deliveries of the member's events, newest first. @throws DomainError `not_found`, `validation_failed` */
  async listDeliveries(
    admin: Principal,
    memberId: string,
    page: PageSelection,
    context: ClientContext,
  ): Promise<Page<ListedDelivery>> {
    return this.listPage(admin, memberId, 'deliveries', page, context, async (limit, after) =>
      this.deliveries.list({ memberId }, limit, after),
    );
  }

  /** Further pages belong to the same view, so their cursors are bound to the reader. */
  private async listPage<Row extends PagePosition>(
    admin: Principal,
    memberId: string,
    part: 'mails' | 'deliveries',
    { limit, cursor }: PageSelection,
    context: ClientContext,
    read: (limit: number, after: PagePosition | null) => Promise<Row[]>,
  ): Promise<Page<Row>> {
    const list = { name: `member-${part}`, filter: { memberId }, reader: idOf(admin) } as const;
    const position = this.cursors.decode(list, cursor);
    if (position === null) await this.views.open(admin, memberId, part, context);
    return this.cursors.paginate(list, await read(limit + 1, position), limit);
  }
}
