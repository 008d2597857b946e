import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { AppConfig } from '../../platform/config/app-config.js';
import { ReEncryptionService } from './re-encryption.service.js';

/**
 * Logs at start-up how many stored values need a secret other than SECRET, or one that is missing.
 * Operators remove a secret by a restart with new settings, so a mistake shows at the start.
 */
@Injectable()
export class MissingSecretCheck implements OnApplicationBootstrap {
  private readonly logger = new Logger(MissingSecretCheck.name);

  constructor(
    private readonly config: AppConfig,
    private readonly reEncryption: ReEncryptionService,
  ) {}

  /**
   * Runs only in processes with WORKER_ENABLED, and in the background, so that the start does not
   * wait for it.
   */
  onApplicationBootstrap(): void {
    if (!this.config.env.WORKER_ENABLED) return;
    this.logFindings().catch((error: unknown) =>
      this.logger.warn(`could not check which secrets stored values need: ${(error as Error).message}`),
    );
  }

  private async logFindings(): Promise<void> {
    for (const { kind, undecryptable, previous, unmarked } of await this.reEncryption.tally()) {
      if (undecryptable > 0)
        this.logger.error(
          `${undecryptable} ${kind} cannot be used: they are encrypted with a secret that is neither SECRET nor in PREVIOUS_SECRETS. Put it back there, then run: munjigi keys reseal`,
        );
      const previousTotal = previous.reduce((sum, count) => sum + count, 0);
      if (previousTotal > 0)
        this.logger.warn(
          `${previousTotal} ${kind} need a secret of PREVIOUS_SECRETS. Before you remove it, run: munjigi keys reseal`,
        );
      if (unmarked > 0)
        this.logger.warn(
          `${unmarked} ${kind} do not name their secret: a version before 1.0.0 wrote them. Before you remove a secret, run: munjigi keys reseal`,
        );
    }
  }
}
