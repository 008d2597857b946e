import { Injectable, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Principal } from '../../access/principal.js';
import { IS_PUBLIC } from '../../access/public.decorator.js';
import { DomainError } from '../../errors/domain-error.js';
import { RevocationFeed } from '../../sessions/revocation-feed.js';
import { TokenGuard } from './token-guard.js';

/** Stands before every route that is not `@Public()`: a valid access token of a session that has not been revoked. */
@Injectable()
export class AccessTokenGuard extends TokenGuard('access-token') {
  constructor(
    private readonly reflector: Reflector,
    private readonly revocations: RevocationFeed,
  ) {
    super();
  }

  /** @throws DomainError `token_expired`, `token_invalid`, `session_ended` */
  override async canActivate(context: ExecutionContext): Promise<boolean> {
    if (this.reflector.getAllAndOverride<boolean>(IS_PUBLIC, [context.getHandler(), context.getClass()])) return true;
    await super.canActivate(context);
    const { sessionId } = context.switchToHttp().getRequest<{ user: Principal }>().user;
    if (await this.revocations.isRevoked(sessionId)) throw new DomainError('session_ended');
    return true;
  }
}
