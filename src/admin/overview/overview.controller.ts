import { Get, Query } from '@nestjs/common';
import { AdminController, AdminReads } from '../../platform/http/administration/admin-controller.decorator.js';
import { OverviewQuery, OverviewResponse, overviewResponseOf } from './overview.dto.js';
import { OverviewService } from './overview.service.js';

/** Shows administrators at a glance whether all is well. */
@AdminController('overview')
export class OverviewController {
  constructor(private readonly overview: OverviewService) {}

  /**
   * Show what happened in the last hour, day or month
   * @remarks Counts over all servers. They are some seconds old; for a month up to a minute, and older days up to ten
   * minutes.
   */
  @Get()
  @AdminReads('security-events:read')
  async show(@Query() { period }: OverviewQuery): Promise<OverviewResponse> {
    return overviewResponseOf(await this.overview.get(period ?? 'hour'));
  }
}
