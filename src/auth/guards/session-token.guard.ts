import { Injectable, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { VerifiedToken } from '../../platform/crypto/tokens/token-purpose.js';
import { TokensService } from '../../platform/crypto/tokens/tokens.service.js';
import type { MemberPrincipal } from '../../platform/http/principal.js';
import { TokenCookies } from '../tokens/token-cookies.js';
import { AccessProof } from './access-proof.js';
import { TokenGuard } from './token-guard.js';

/**
 * Admits logouts by an access or a refresh token, whose session may already have ended. A token that
 * is bound to a key needs a proof: this guard checks that of an access token, `LogoutService` that of
 * a refresh token.
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
    // The strategy of refresh tokens admits expired ones, for RefreshService.
    if ('sid' in request.user) this.tokens.checkTime('refresh', request.user);
    else await this.accessProof.check(request, request.user);
    return true;
  }
}
