import { Controller, Get, Header } from '@nestjs/common';
import { ApiOkResponse, ApiProduces, ApiTags } from '@nestjs/swagger';
import { Public } from '../../platform/http/public.decorator.js';
import { AppConfig } from '../../platform/config/app-config.js';
import { ApiProblems } from '../../platform/http/problems/api-problems.decorator.js';
import { DomainError } from '../../platform/http/problems/domain-error.js';
import { MetricsRegistry } from './metrics-registry.js';

/**
 * Serves the metrics on the port of the API: for development, or if a proxy blocks the path from
 * outside.
 */
@ApiTags('Operations')
@Public()
@Controller('metrics')
export class MetricsController {
  constructor(
    private readonly config: AppConfig,
    private readonly metrics: MetricsRegistry,
  ) {}

  /**
   * Metrics for Prometheus
   * @remarks Off in production unless METRICS_ENABLED is set; METRICS_PORT serves them on a separate port.
   */
  @Get()
  @Header('content-type', 'text/plain; version=0.0.4; charset=utf-8')
  @ApiProduces('text/plain')
  @ApiOkResponse({ schema: { type: 'string' } })
  @ApiProblems('not_found')
  async read(): Promise<string> {
    if (!this.config.env.METRICS_ENABLED) throw new DomainError('not_found');
    return this.metrics.registry.metrics();
  }
}
