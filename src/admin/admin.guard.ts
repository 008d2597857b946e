import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Principal } from '../platform/http/principal.js';
import { Database } from '../platform/database/database.js';
import { DomainError } from '../platform/http/problems/domain-error.js';
import { SessionsService } from '../sessions/sessions.service.js';
import { TwoFactorService } from '../mfa/two-factor.service.js';
import { MembersRepository } from '../users/members.repository.js';

const READS = new Set(['GET', 'HEAD']);

/**
 * What an administrator needs beyond the role in the token: to be one still, a second factor, and for whatever changes
 * something a login or password check of the last minutes (AD-01). It goes by method, so that no new route forgets it.
 */
@Injectable()
export class AdminGuard implements CanActivate {
  constructor(
    private readonly database: Database,
    private readonly members: MembersRepository,
    private readonly twoFactor: TwoFactorService,
    private readonly sessions: SessionsService,
  ) {}

  /** @throws DomainError `forbidden`, `two_factor_required`, `reauth_required` */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    const { method, user } = context.switchToHttp().getRequest<FastifyRequest & { user: Principal }>();
    // Asked of the database: the news of a demotion takes some milliseconds to get to every replica.
    if (!(await this.members.isActiveAdmin(this.database, user.memberId)))
      throw new DomainError('forbidden', { detail: 'no longer an active administrator' });
    if (!(await this.twoFactor.isEnrolled(this.database, user.memberId))) throw new DomainError('two_factor_required');
    if (!READS.has(method) && !(await this.sessions.isFresh(user.sessionId))) throw new DomainError('reauth_required');
    return true;
  }
}
