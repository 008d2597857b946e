import { Injectable } from '@nestjs/common';

/**
 * Knows whether this process is shutting down. Load balancers read it at `/health/ready` before the
 * process stops.
 */
@Injectable()
export class Readiness {
  private stopping = false;

  get isStopping(): boolean {
    return this.stopping;
  }

  /**
   * From now on `/health/ready` answers 503, so that load balancers send requests to other
   * replicas.
   */
  beginStopping(): void {
    this.stopping = true;
  }
}
