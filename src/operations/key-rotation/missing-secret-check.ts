import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { AppConfig } from '../../platform/config/app-config.js';
import { ReEncryptionService } from './re-encryption.service.js';

/** Says at start what a change of SECRET has left behind: a secret is taken out by a restart, so that is when to notice. */
@Injectable()
export class MissingSecretCheck implements OnApplicationBootstrap {
  private readonly logger = new Logger(MissingSecretCheck.name);

  constructor(
    private readonly config: AppConfig,
    private readonly resealing: ReEncryptionService,
  ) {}

  /** Where the jobs run, and beside the start, which need not wait for it. */
  onApplicationBootstrap(): void {
    if (!this.config.env.WORKER_ENABLED) return;
    this.look().catch((error: unknown) =>
      this.logger.warn(`could not look for what old secrets have sealed: ${(error as Error).message}`),
    );
  }

  private async look(): Promise<void> {
    for (const { kind, lost, previous } of await this.resealing.tally()) {
      if (lost > 0)
        this.logger.error(
          `${lost} ${kind} cannot be used: the secret that sealed them is neither SECRET nor in PREVIOUS_SECRETS. Put it back there, then run: munjigi keys reseal`,
        );
      const old = previous.reduce((sum, count) => sum + count, 0);
      if (old > 0)
        this.logger.warn(
          `${old} ${kind} need a secret of PREVIOUS_SECRETS. Before it is taken out, run: munjigi keys reseal`,
        );
    }
  }
}
