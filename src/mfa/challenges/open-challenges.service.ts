import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/database/database.js';
import type { AccountFailures } from '../../security/rate-limits/login-failures.repository.js';
import { LoginThrottleService } from '../../security/rate-limits/login-throttle.service.js';
import { ChallengeListsRepository } from '../../verification/challenge-lists.repository.js';
import { FactorDisputesRepository } from '../disputed-factors/factor-disputes.repository.js';
import { SecondFactorThrottleService } from '../second-factor-throttle.service.js';
import { MfaChallengesRepository } from './mfa-challenges.repository.js';

/** What a member has begun or has to wait for, without codes, links and tokens. */
export const OPEN_CHALLENGE_KINDS = [
  ...(['sign-up', 'password-reset', 'find-login-id', 'email-change', 'reset-token'] as const),
  ...(['second-factor', 'terms', 'factor-removal', 'password-wait', 'second-factor-wait'] as const),
] as const;

export interface ListedChallenge {
  readonly kind: (typeof OPEN_CHALLENGE_KINDS)[number];
  /** When it began; null for waits, because only their end is stored. */
  readonly at: Date | null;
  /** Null: it does not end by itself. */
  readonly until: Date | null;
  /** Guesses or failures so far; null where none are counted. */
  readonly attempts: number | null;
}

/** Lists for administrators what a member has begun or has to wait for. */
@Injectable()
export class OpenChallengesService {
  constructor(
    private readonly database: Database,
    private readonly mailed: ChallengeListsRepository,
    private readonly logins: MfaChallengesRepository,
    private readonly disputes: FactorDisputesRepository,
    private readonly throttle: LoginThrottleService,
    private readonly factorThrottle: SecondFactorThrottleService,
  ) {}

  async list(memberId: string): Promise<ListedChallenge[]> {
    const [mailed, logins, dispute, passwords, secondFactors] = await Promise.all([
      this.mailed.listOpenOfMember(memberId),
      this.logins.listOpenOfMember(memberId),
      this.disputes.find(this.database, memberId),
      this.throttle.findFailures(this.database, memberId),
      this.factorThrottle.findFailures(this.database, memberId),
    ]);
    return [
      ...waitOf('password-wait', passwords),
      ...waitOf('second-factor-wait', secondFactors),
      ...(dispute === null ? [] : [{ kind: 'factor-removal' as const, ...dispute, attempts: null }]),
      ...logins.map((login) => ({ ...login, attempts: null })),
      ...mailed,
    ];
  }
}

function waitOf(
  kind: ListedChallenge['kind'],
  { isWaiting, isEndless, until, failures }: AccountFailures,
): ListedChallenge[] {
  return isWaiting ? [{ kind, at: null, until: isEndless ? null : until, attempts: failures }] : [];
}
