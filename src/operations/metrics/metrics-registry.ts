import { Injectable } from '@nestjs/common';
import { Registry } from 'prom-client';

/** The metrics of this process. One for each application, so that two in one process do not mix theirs. */
@Injectable()
export class MetricsRegistry {
  readonly registry = new Registry();
}
