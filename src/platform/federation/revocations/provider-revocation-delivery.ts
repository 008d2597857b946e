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

  /** An attempt that the signal ends may still arrive at the provider, where a second one then does nothing. */
  async attempt(row: ClaimedRevocation, signal: AbortSignal): Promise<Outcome> {
    const outcome = await this.revoke(row, signal);
    this.attemptCounts.record(row, outcome);
    return outcome;
  }

  private async revoke(row: ClaimedRevocation, signal: AbortSignal): Promise<Outcome> {
    const provider = this.providers.find(row.provider);
    if (provider === null) return { kind: 'dropped', reason: 'the provider is not configured' };
    try {
      const grant = row.sealed && this.grants.decrypt(row, row.sealed);
      await Promise.race([provider.revoke(row.subject, grant), rejectedBy(signal)]);
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

function rejectedBy(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const fail = (): void => reject(new Error('the attempt was ended'));
    if (signal.aborted) fail();
    else signal.addEventListener('abort', fail, { once: true });
  });
}
