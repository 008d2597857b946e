import { Injectable } from '@nestjs/common';
import { Registry } from 'prom-client';

/**
 * Holds the metrics of one application. The library's global registry is not used, so that two
 * applications in one process stay separate.
 */
@Injectable()
export class MetricsRegistry {
  readonly registry = new Registry();
}
