import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { MemberPrincipal } from '../../platform/http/principal.js';
import { SessionsService } from '../sessions.service.js';

/**
 * Admits only sessions with a recent login or password check. Runs after the access-token guard.
 */
@Injectable()
export class RecentLoginGuard implements CanActivate {
  constructor(private readonly sessions: SessionsService) {}

  /** @throws DomainError `reauth_required` */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    const { user } = context.switchToHttp().getRequest<{ user: MemberPrincipal }>();
    await this.sessions.checkRecentLogin(user.sessionId);
    return true;
  }
}
