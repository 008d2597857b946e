import { Injectable, Logger } from '@nestjs/common';
import { AttemptCounts, postponed, type Outcome } from '../../outbox/attempts.js';
import { Backoff } from '../../outbox/backoff.js';
import type { OutboxDelivery } from '../../outbox/outbox-queue.js';
import { IdentityProviders } from '../identity-providers.js';
import { ProviderGrantsService } from '../provider-grants.service.js';
import { reasonOf } from '../provider-http.js';
import type { ClaimedRevocation } from './provider-revocations.repository.js';

/** From seconds to hours. */
const BACKOFF = new Backoff(5, 3 * 3600);

/** Makes one attempt to take a permission back at its provider. Uses no database. */
@Injectable()
export class ProviderRevocationDelivery implements OutboxDelivery<ClaimedRevocation> {
  private readonly logger = new Logger(ProviderRevocationDelivery.name);
  readonly attemptCounts = new AttemptCounts();

  constructor(
    private readonly providers: IdentityProviders,
    private readonly grants: ProviderGrantsService,
  ) {}

  async attempt(row: ClaimedRevocation): Promise<Outcome> {
    const outcome = await this.revoke(row);
    this.attemptCounts.record(row, outcome);
    return outcome;
  }

  private async revoke(row: ClaimedRevocation): Promise<Outcome> {
    const provider = this.providers.find(row.provider);
    if (provider === null) return { kind: 'dropped', reason: 'the provider is not configured' };
    try {
      await provider.revoke(row.subject, row.sealed && this.grants.decrypt(row, row.sealed));
      return { kind: 'sent' };
    } catch (error) {
      // A refusal, too: often the configuration is wrong, and an operator can mend it.
      const reason = reasonOf(error);
      const outcome = postponed(row, reason, BACKOFF);
      const consequence = outcome.kind === 'dead' ? 'given up; munjigi social retry tries again' : 'will be retried';
      this.logger.warn(`revocation ${row.id} at ${row.provider}, attempt ${row.attempts}: ${reason}: ${consequence}`);
      return outcome;
    }
  }
}
