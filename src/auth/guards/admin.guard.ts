import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { isApiKey, type Principal } from '../../platform/http/principal.js';
import { rolesOf } from '../../platform/http/roles.decorator.js';
import { Database } from '../../platform/database/database.js';
import { DomainError } from '../../platform/http/problems/domain-error.js';
import { SessionsService } from '../../sessions/sessions.service.js';
import { EnrolledFactorsService } from '../../mfa/enrolled-factors.service.js';
import { MemberAdministrationRepository } from '../../users/member-administration.repository.js';

const READ_METHODS = new Set(['GET', 'HEAD']);

/**
 * Checks what `@Roles('admin')` needs beyond the role in the access token (AD-01): the role must
 * still be held, a second factor must be enrolled, and a request that changes something needs a
 * recent login or reauthentication. The HTTP method decides which requests change something, so a new
 * route cannot forget the check. For an API key none of this is checked: its scope replaces it. Runs after
 * the roles guard, which has compared the role in the token.
 */
@Injectable()
export class AdminGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly database: Database,
    private readonly members: MemberAdministrationRepository,
    private readonly factors: EnrolledFactorsService,
    private readonly sessions: SessionsService,
  ) {}

  /** @throws DomainError `forbidden`, `two_factor_required`, `reauth_required` */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    if (!rolesOf(this.reflector, context)?.includes('admin')) return true;
    const { method, user } = context.switchToHttp().getRequest<FastifyRequest & { user: Principal }>();
    if (isApiKey(user)) return true;
    // Read from the database, because a demotion reaches the revocation feed of each replica only
    // some milliseconds later.
    if (!(await this.members.isActiveAdmin(this.database, user.memberId)))
      throw new DomainError('forbidden', { detail: 'no longer an active administrator' });
    if (!(await this.factors.isEnrolled(this.database, user.memberId))) throw new DomainError('two_factor_required');
    if (!READ_METHODS.has(method)) await this.sessions.checkRecentLogin(user.sessionId);
    return true;
  }
}
