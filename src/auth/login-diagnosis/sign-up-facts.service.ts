import { Injectable } from '@nestjs/common';
import { OutboxFailuresService } from '../../mail/outbox/outbox-failures.service.js';
import { AppConfig } from '../../platform/config/app-config.js';
import { Database } from '../../platform/database/database.js';
import { LastEventsRepository } from '../../security/audit-log/last-events.repository.js';
import { EmailChangesRepository } from '../../users/email-changes.repository.js';
import { ChallengeListsRepository } from '../../verification/challenge-lists.repository.js';
import { SignUpLookupRepository, type UnconfirmedSignUp } from '../sign-up/sign-up-lookup.repository.js';
import type { SignUpFacts, SignUpRequest } from './sign-up-findings.js';

/** Reads what became of a sign-up. */
@Injectable()
export class SignUpFactsService {
  constructor(
    private readonly config: AppConfig,
    private readonly database: Database,
    private readonly signUps: SignUpLookupRepository,
    private readonly emailChanges: EmailChangesRepository,
    private readonly challenges: ChallengeListsRepository,
    private readonly events: LastEventsRepository,
    private readonly mails: OutboxFailuresService,
  ) {}

  /** The last request to sign up with this login ID, by the audit log. */
  async findRequest(loginId: string): Promise<SignUpRequest | null> {
    const request = await this.events.findSignUpRequest(loginId);
    if (request === null) return null;
    return { at: request.at, isExpired: request.ageSeconds >= this.config.env.SIGN_UP_CLAIM_TTL_SECONDS };
  }

  async findByEmailKey(emailKey: string): Promise<SignUpFacts | null> {
    return this.read(await this.signUps.findByEmailKey(emailKey));
  }

  /** Call it only where {@link findRequest} found a request: see {@link SignUpLookupRepository.findByLoginId}. */
  async findByLoginId(loginId: string): Promise<SignUpFacts | null> {
    return this.read(await this.signUps.findByLoginId(loginId));
  }

  private async read(signUp: UnconfirmedSignUp | null): Promise<SignUpFacts | null> {
    if (signUp === null) return null;
    const holder = await this.emailChanges.findHolder(this.database, signUp.emailKey);
    const challenge = await this.challenges.findLastOfSignUp(signUp.id);
    const mail = challenge === null ? null : await this.mails.findOfChallenge(challenge);
    return { signUp, isAddressTaken: holder !== null || signUp.isVoid, challenge, mail };
  }
}
