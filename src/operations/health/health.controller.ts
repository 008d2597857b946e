import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Public } from '../../platform/http/public.decorator.js';
import { Database } from '../../platform/database/database.js';
import { ApiProblems } from '../../platform/http/problems/api-problems.decorator.js';
import { DomainError } from '../../platform/http/problems/domain-error.js';
import { HealthResponse } from './health.dto.js';
import { Readiness } from './readiness.js';

/** Health checks for load balancers and orchestrators. */
@ApiTags('Operations')
@Public()
@Controller('health')
export class HealthController {
  constructor(
    private readonly database: Database,
    private readonly readiness: Readiness,
  ) {}

  @Get('live')
  @ApiOperation({
    summary: 'Whether the process works',
    description: 'Says nothing of what it depends on: restarting it would not mend that.',
  })
  @ApiOkResponse({ type: HealthResponse })
  live(): HealthResponse {
    return { status: 'ok' };
  }

  @Get('ready')
  @ApiOperation({
    summary: 'Whether it can serve requests',
    description: '503 while the database does not answer, and from the moment it begins to shut down.',
  })
  @ApiOkResponse({ type: HealthResponse })
  @ApiProblems()
  async ready(): Promise<HealthResponse> {
    if (this.readiness.isStopping)
      throw new DomainError('service_unavailable', { retryAfter: 1, detail: 'shutting down' });
    await this.database.query('SELECT 1');
    return { status: 'ok' };
  }
}
