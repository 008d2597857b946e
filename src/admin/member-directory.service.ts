import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.js';
import { DomainError } from '../errors/domain-error.js';
import { LoginThrottleService } from '../rate-limits/login-throttle.service.js';
import { SessionsService } from '../sessions/sessions.service.js';
import type { EnrolledFactor } from '../two-factor/enrolled-factors.service.js';
import { TwoFactorService } from '../two-factor/two-factor.service.js';
import { MemberSearchRepository, type MemberFilter, type MemberRow } from '../users/member-search.repository.js';
import { PageCursors, type Page } from './page-cursors.js';

/** A member looked at closely. */
export interface MemberDetails extends MemberRow {
  readonly secondFactors: readonly EnrolledFactor[];
  readonly sessionCount: number;
  /** Whether logins have to wait after too many failures. */
  readonly isWaiting: boolean;
}

/** Administrators look members up. Reads only. */
@Injectable()
export class MemberDirectoryService {
  constructor(
    private readonly database: Database,
    private readonly search: MemberSearchRepository,
    private readonly sessions: SessionsService,
    private readonly twoFactor: TwoFactorService,
    private readonly throttle: LoginThrottleService,
    private readonly cursors: PageCursors,
  ) {}

  /** @throws DomainError `validation_failed` for a cursor that is none of ours */
  async list(filter: MemberFilter, limit: number, cursor: string | undefined): Promise<Page<MemberRow>> {
    const after = this.cursors.read('members', cursor);
    return this.cursors.page('members', await this.search.list(filter, limit + 1, after), limit);
  }

  /** @throws DomainError `not_found` */
  async look(id: string): Promise<MemberDetails> {
    const member = await this.search.find(id);
    if (!member) throw new DomainError('not_found', { detail: 'no such member' });
    const [secondFactors, sessions, isWaiting] = await Promise.all([
      this.twoFactor.enrolledFactors(id),
      this.sessions.list(id),
      this.throttle.isWaiting(this.database, id),
    ]);
    return { ...member, secondFactors, sessionCount: sessions.length, isWaiting };
  }
}
