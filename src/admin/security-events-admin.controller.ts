import { Get, Query } from '@nestjs/common';
import { Context } from '../platform/http/client-context.decorator.js';
import type { ClientContext } from '../platform/http/client-context.js';
import { CurrentPrincipal } from '../platform/http/current-principal.decorator.js';
import type { Principal } from '../platform/http/principal.js';
import { limitOf } from '../platform/http/validation/page.dto.js';
import { AdminController, AdminReads } from '../platform/http/administration/admin-controller.decorator.js';
import { EventDirectoryService } from './event-directory.service.js';
import {
  eventFilterOf,
  SecurityEventListResponse,
  securityEventResponseOf,
  SecurityEventsQuery,
} from './security-event.dto.js';

/** Shows administrators the audit log. */
@AdminController('security-events')
export class SecurityEventsAdminController {
  constructor(private readonly events: EventDirectoryService) {}

  /**
   * List security events
   * @remarks The audit log of all accounts, newest first. Reading the events of one member is recorded as `member.viewed`.
   */
  @Get()
  @AdminReads('security-events:read')
  async list(
    @CurrentPrincipal() admin: Principal,
    @Query() query: SecurityEventsQuery,
    @Context() context: ClientContext,
  ): Promise<SecurityEventListResponse> {
    const { items, nextCursor } = await this.events.list(
      admin,
      eventFilterOf(query),
      limitOf(query),
      query.cursor,
      context,
    );
    return { items: items.map(securityEventResponseOf), nextCursor };
  }
}
