import { Injectable } from '@nestjs/common';
import { OutboxFailuresService } from '../../mail/outbox/outbox-failures.service.js';
import { SecondFactorThrottleService } from '../../mfa/second-factor-throttle.service.js';
import { WaysInService } from '../../mfa/ways-in.service.js';
import { AppConfig } from '../../platform/config/app-config.js';
import { Database } from '../../platform/database/database.js';
import { LastEventsRepository } from '../../security/audit-log/last-events.repository.js';
import { LoginThrottleService } from '../../security/rate-limits/login-throttle.service.js';
import type { MemberDetailsRow } from '../../users/member-search.repository.js';
import { READ_EVENTS, type MemberFacts } from './member-findings.js';

/** Reads the state of a member on which logins depend. */
@Injectable()
export class MemberFactsService {
  constructor(
    private readonly config: AppConfig,
    private readonly database: Database,
    private readonly throttle: LoginThrottleService,
    private readonly factorThrottle: SecondFactorThrottleService,
    private readonly waysIn: WaysInService,
    private readonly events: LastEventsRepository,
    private readonly mails: OutboxFailuresService,
  ) {}

  async read(member: MemberDetailsRow): Promise<MemberFacts> {
    const { id } = member;
    const [passwords, secondFactors, waysIn, events, lastMail, domainFailures] = await Promise.all([
      this.throttle.findFailures(this.database, id),
      this.factorThrottle.findFailures(this.database, id),
      this.waysIn.list(id),
      this.events.findOfMember(id, READ_EVENTS),
      this.mails.findLastOf(id),
      this.mails.findDomainFailures(member.email),
    ]);
    const erasedAt = this.erasureOf(member);
    const isRestorable = erasedAt !== null && erasedAt > new Date();
    return {
      ...{ member, erasedAt, isRestorable, passwords, secondFactors },
      ...{ waysIn, events, lastMail, domainFailures },
    };
  }

  private erasureOf({ closedAt }: MemberDetailsRow): Date | null {
    const grace = this.config.env.ACCOUNT_ERASURE_GRACE_SECONDS * 1000;
    return closedAt === null ? null : new Date(closedAt.getTime() + grace);
  }
}
