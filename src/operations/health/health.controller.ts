import { Controller, Get } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
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

  /**
   * Check whether the process is alive
   * @remarks Ignores the database and other dependencies: a restart would not repair them.
   */
  @Get('live')
  @ApiProblems('bad_request')
  live(): HealthResponse {
    return { status: 'ok' };
  }

  /**
   * Check whether the server can handle requests
   * @remarks 503 while the database does not answer, and from the moment the server begins to shut down.
   */
  @Get('ready')
  @ApiProblems('bad_request')
  async ready(): Promise<HealthResponse> {
    if (this.readiness.isStopping)
      throw new DomainError('service_unavailable', { retryAfter: 1, detail: 'shutting down' });
    await this.database.query('SELECT 1');
    return { status: 'ok' };
  }
}
