import { Injectable } from '@nestjs/common';
import { OutboxFailuresService } from '../../mail/outbox/outbox-failures.service.js';
import { ImportedClaimsRepository } from '../../users/imports/imported-claims.repository.js';
import { SignUpFactsService } from './sign-up-facts.service.js';
import type { StrangerFacts } from './stranger-findings.js';

/** Reads what is known of an identifier that no member has. */
@Injectable()
export class StrangerFactsService {
  constructor(
    private readonly claims: ImportedClaimsRepository,
    private readonly signUps: SignUpFactsService,
    private readonly mails: OutboxFailuresService,
  ) {}

  /**
   * @param key the identifier as it is stored
   * @param claimId of the imported account that has the identifier; null where there is none
   */
  async read(key: string, claimId: string | null): Promise<StrangerFacts> {
    const claim = claimId === null ? null : await this.claims.find(claimId);
    return { claim, ...(await (key.includes('@') ? this.readAddress(key) : this.readLoginId(key))) };
  }

  private async readAddress(emailKey: string): Promise<Omit<StrangerFacts, 'claim'>> {
    const signUp = await this.signUps.findByEmailKey(emailKey);
    return { signUp, request: null, domainFailures: await this.mails.findDomainFailures(emailKey) };
  }

  private async readLoginId(loginId: string): Promise<Omit<StrangerFacts, 'claim'>> {
    const request = await this.signUps.findRequest(loginId);
    const signUp = request === null ? null : await this.signUps.findByLoginId(loginId);
    return { signUp, request, domainFailures: null };
  }
}
