import { Injectable } from '@nestjs/common';
import { OutboxFailuresService } from '../../mail/outbox/outbox-failures.service.js';
import { LastEventsRepository } from '../../security/audit-log/last-events.repository.js';
import { ImportedClaimsRepository } from '../../users/imports/imported-claims.repository.js';
import { ChallengeListsRepository } from '../../verification/challenge-lists.repository.js';
import { SignUpLookupRepository, type UnconfirmedSignUp } from '../sign-up/sign-up-lookup.repository.js';
import type { StrangerFacts } from './stranger-findings.js';

/** Reads what is known of an identifier that no member has. */
@Injectable()
export class StrangerFactsService {
  constructor(
    private readonly claims: ImportedClaimsRepository,
    private readonly signUps: SignUpLookupRepository,
    private readonly challenges: ChallengeListsRepository,
    private readonly events: LastEventsRepository,
    private readonly mails: OutboxFailuresService,
  ) {}

  /**
   * @param key the identifier as it is stored
   * @param claimId of an imported account that has it
   */
  async read(key: string, claimId: string | null): Promise<StrangerFacts> {
    const isAddress = key.includes('@');
    const claim = claimId === null ? null : await this.claims.find(claimId);
    const requestedAt = isAddress ? null : await this.events.findSignUpRequest(key);
    const signUp = isAddress ? await this.signUps.findByEmailKey(key) : await this.findSignUp(key, requestedAt);
    const challenge = signUp === null ? null : await this.challenges.findLastOfSignUp(signUp.id);
    const mail = challenge === null ? null : await this.mails.findOfChallenge(challenge);
    const domainFailures = isAddress ? await this.mails.findDomainFailures(key) : null;
    return { claim, signUp, mail, requestedAt, domainFailures };
  }

  private async findSignUp(loginId: string, requestedAt: Date | null): Promise<UnconfirmedSignUp | null> {
    return requestedAt === null ? null : this.signUps.findByLoginId(loginId);
  }
}
