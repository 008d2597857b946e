import { Injectable } from '@nestjs/common';

/** Knows whether this process is about to stop, so that load balancers can be told before it does. */
@Injectable()
export class Readiness {
  private stopping = false;

  get isStopping(): boolean {
    return this.stopping;
  }

  /** From here on load balancers are told to send their requests elsewhere. */
  beginStopping(): void {
    this.stopping = true;
  }
}
