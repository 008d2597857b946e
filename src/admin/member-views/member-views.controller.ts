import { Get, Query } from '@nestjs/common';
import { AdminController, AdminReads } from '../../platform/http/administration/admin-controller.decorator.js';
import { Context } from '../../platform/http/client-context.decorator.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import { CurrentPrincipal } from '../../platform/http/current-principal.decorator.js';
import { IdParam } from '../../platform/http/id-param.decorator.js';
import type { Principal } from '../../platform/http/principal.js';
import { limitOf, PageQuery } from '../../platform/http/validation/page.dto.js';
import { OutboxListResponse, outboxMessageResponseOf } from '../outbox.dto.js';
import {
  MemberDeliveryListResponse,
  memberDeliveryResponseOf,
  MemberSessionListResponse,
  OpenChallengeListResponse,
} from './member-view.dto.js';
import { MemberViewsService } from './member-views.service.js';

/** Shows administrators what belongs to one member. Each list opens to the scope of the same list of all members. */
@AdminController('members/:id')
export class MemberViewsController {
  constructor(private readonly views: MemberViewsService) {}

  /**
   * List the sessions of a member
   * @remarks Recorded as `member.viewed`.
   */
  @Get('sessions')
  @AdminReads('security-events:read', 'not_found')
  async listSessions(
    @CurrentPrincipal() admin: Principal,
    @IdParam() id: string,
    @Context() context: ClientContext,
  ): Promise<MemberSessionListResponse> {
    return { items: await this.views.listSessions(admin, id, context) };
  }

  /**
   * List what a member has begun or has to wait for
   * @remarks Mailed codes and links, logins that wait for a second factor, and waits after failures. Recorded as `member.viewed`.
   */
  @Get('challenges')
  @AdminReads('security-events:read', 'not_found')
  async listChallenges(
    @CurrentPrincipal() admin: Principal,
    @IdParam() id: string,
    @Context() context: ClientContext,
  ): Promise<OpenChallengeListResponse> {
    return { items: await this.views.listChallenges(admin, id, context) };
  }

  /**
   * List the mails to a member
   * @remarks Of the last 30 days, newest first, without their content. Recorded as `member.viewed`.
   */
  @Get('mails')
  @AdminReads('outbox:read', 'not_found')
  async listMails(
    @CurrentPrincipal() admin: Principal,
    @IdParam() id: string,
    @Query() query: PageQuery,
    @Context() context: ClientContext,
  ): Promise<OutboxListResponse> {
    const page = { limit: limitOf(query), cursor: query.cursor };
    const { items, nextCursor } = await this.views.listMails(admin, id, page, context);
    return { items: items.map(outboxMessageResponseOf), nextCursor };
  }

  /**
   * List the deliveries of the events of a member
   * @remarks Newest first. Recorded as `member.viewed`.
   */
  @Get('deliveries')
  @AdminReads('webhooks:write', 'not_found')
  async listDeliveries(
    @CurrentPrincipal() admin: Principal,
    @IdParam() id: string,
    @Query() query: PageQuery,
    @Context() context: ClientContext,
  ): Promise<MemberDeliveryListResponse> {
    const page = { limit: limitOf(query), cursor: query.cursor };
    const { items, nextCursor } = await this.views.listDeliveries(admin, id, page, context);
    return { items: items.map(memberDeliveryResponseOf), nextCursor };
  }
}
