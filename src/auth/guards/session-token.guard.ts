import { Injectable, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { VerifiedToken } from '../../platform/crypto/tokens/token-purpose.js';
import { TokensService } from '../../platform/crypto/tokens/tokens.service.js';
import type { MemberPrincipal } from '../../platform/http/principal.js';
import { TokenCookies } from '../tokens/token-cookies.js';
import { AccessProof } from './access-proof.js';
import { TokenGuard } from './token-guard.js';

/**
 * Admits logouts: an access or a refresh token names the session, which may already have ended. An
 * access token that is bound to a key needs a proof here as everywhere.
 */
@Injectable()
export class SessionTokenGuard extends TokenGuard('access-token', 'refresh-token') {
  constructor(
    private readonly cookies: TokenCookies,
    private readonly tokens: TokensService,
    private readonly accessProof: AccessProof,
  ) {
    super();
  }

  /**
   * @throws DomainError `token_expired`, `token_invalid`, `origin_not_allowed`, `proof_required`,
   * `proof_invalid`, `proof_stale`
   */
  override async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context
      .switchToHttp()
      .getRequest<FastifyRequest & { user: MemberPrincipal | VerifiedToken<'refresh'> }>();
    this.cookies.checkOrigin(request);
    await super.canActivate(context);
    if ('sid' in request.user) this.tokens.checkTime('refresh', request.user);
    else await this.accessProof.check(request, request.user);
    return true;
  }
}
