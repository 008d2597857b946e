import { Injectable, type BeforeApplicationShutdown } from '@nestjs/common';

/** Knows whether this process is about to stop, so that load balancers can be told before it does. */
@Injectable()
export class Readiness implements BeforeApplicationShutdown {
  private stopping = false;

  get isStopping(): boolean {
    return this.stopping;
  }

  beforeApplicationShutdown(): void {
    this.stopping = true;
  }
}
