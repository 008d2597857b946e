import { Injectable, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import type { Principal } from '../../platform/http/principal.js';
import { IS_PUBLIC } from '../../platform/http/public.decorator.js';
import { DomainError } from '../../platform/http/problems/domain-error.js';
import { RevocationFeed } from '../../sessions/revocation/revocation-feed.js';
import { TokensService } from '../../platform/crypto/tokens/tokens.service.js';
import { principalOf } from '../strategies/access-token.strategy.js';
import { fromBearerHeader } from '../strategies/token-sources.js';
import { TokenGuard } from './token-guard.js';

type GuardedRequest = FastifyRequest & { user?: Principal };

/**
 * Guards every route that is not `@Public()`: admits a valid access token whose session has not
 * been revoked.
 */
@Injectable()
export class AccessTokenGuard extends TokenGuard('access-token') {
  constructor(
    private readonly reflector: Reflector,
    private readonly tokens: TokensService,
    private readonly revocations: RevocationFeed,
  ) {
    super();
  }

  /**
   * Runs before every route. It nearly always answers without a promise, because verified tokens
   * and revocations are in memory.
   * @throws DomainError `token_expired`, `token_invalid`, `session_ended`
   */
  override canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    if (this.reflector.getAllAndOverride<boolean>(IS_PUBLIC, [context.getHandler(), context.getClass()])) return true;
    const request = context.switchToHttp().getRequest<GuardedRequest>();
    const token = fromBearerHeader(request);
    const claims = token === null ? undefined : this.tokens.recall(token);
    if (!claims) return this.verify(context);
    request.user = principalOf(claims);
    const isRevoked = this.revocations.isRevoked(claims.sid);
    return typeof isRevoked === 'boolean' ? admit(isRevoked) : isRevoked.then(admit);
  }

  private async verify(context: ExecutionContext): Promise<boolean> {
    await super.canActivate(context);
    const { sessionId } = context.switchToHttp().getRequest<{ user: Principal }>().user;
    return admit(await this.revocations.isRevoked(sessionId));
  }
}

function admit(isRevoked: boolean): true {
  if (isRevoked) throw new DomainError('session_ended');
  return true;
}
