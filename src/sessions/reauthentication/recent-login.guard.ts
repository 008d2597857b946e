import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { Principal } from '../../platform/http/principal.js';
import { DomainError } from '../../platform/http/problems/domain-error.js';
import { SessionsService } from '../sessions.service.js';

/** Lets only a session in whose owner showed who they are in the last minutes (ASVS 7.5.1). Stands behind the access-token guard. */
@Injectable()
export class RecentLoginGuard implements CanActivate {
  constructor(private readonly sessions: SessionsService) {}

  /** @throws DomainError `reauth_required` */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    const { sessionId } = context.switchToHttp().getRequest<{ user: Principal }>().user;
    if (!(await this.sessions.isFresh(sessionId))) throw new DomainError('reauth_required');
    return true;
  }
}
