import { Injectable } from '@nestjs/common';
import { MailService } from '../mail.service.js';
import { OutboxFailuresRepository, type MailFate, type UndeliveredMail } from './outbox-failures.repository.js';

/** Failures of the mail to one domain within the last day. */
export interface DomainFailures {
  readonly domain: string;
  /** Number of addresses whose mail failed. At least two, because a single one may be a wrong address. */
  readonly addresses: number;
  readonly lastError: string | null;
}

const MIN_ADDRESSES = 2;

/** Answers why mail did not arrive. */
@Injectable()
export class OutboxFailuresService {
  constructor(
    private readonly failures: OutboxFailuresRepository,
    private readonly mail: MailService,
  ) {}

  async findLastOf(memberId: string): Promise<MailFate | null> {
    return this.failures.findLastOf(memberId);
  }

  async findOfChallenge({ id, createdAt }: { id: string; createdAt: Date }): Promise<MailFate | null> {
    return this.failures.findOfChallenge(id, createdAt);
  }

  /** @returns null where mail to the domain of this address works, or only one address failed */
  async findDomainFailures(address: string): Promise<DomainFailures | null> {
    const domain = domainOf(address);
    const failed = (await this.failures.listUndelivered())
      .map((mail) => ({ to: this.recipientOf(mail), lastError: mail.lastError }))
      .filter(({ to }) => to !== null && domainOf(to) === domain);
    const addresses = new Set(failed.map(({ to }) => to)).size;
    if (addresses < MIN_ADDRESSES) return null;
    return { domain, addresses, lastError: failed[0]!.lastError };
  }

  private recipientOf({ id, payload }: UndeliveredMail): string | null {
    try {
      return this.mail.decrypt({ id, payload: payload! }).to;
    } catch {
      return null; // encrypted with a key that is no longer known
    }
  }
}

const domainOf = (address: string): string => address.slice(address.lastIndexOf('@') + 1).toLowerCase();
