import { Injectable, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import type { ApiKeyScope, MemberPrincipal, Principal } from '../../platform/http/principal.js';
import { IS_PUBLIC } from '../../platform/http/public.decorator.js';
import { SCOPE } from '../../platform/http/scope.decorator.js';
import { DomainError } from '../../platform/http/problems/domain-error.js';
import { isApiKeyText } from '../../security/api-keys/api-key-text.js';
import { RevocationFeed } from '../../sessions/revocation/revocation-feed.js';
import { TokensService } from '../../platform/crypto/tokens/tokens.service.js';
import { principalOf } from '../strategies/access-token.strategy.js';
import { fromAccessHeader } from '../strategies/token-sources.js';
import { AccessProof } from './access-proof.js';
import { ApiKeyAdmission } from './api-key-admission.js';
import { TokenGuard } from './token-guard.js';

type GuardedRequest = FastifyRequest & { user?: Principal };

/**
 * Guards every route that is not `@Public()`: admits a valid access token whose session has not
 * been revoked, and an API key where the route names a scope.
 */
@Injectable()
export class AccessTokenGuard extends TokenGuard('access-token') {
  constructor(
    private readonly reflector: Reflector,
    private readonly tokens: TokensService,
    private readonly revocations: RevocationFeed,
    private readonly accessProof: AccessProof,
    private readonly apiKeys: ApiKeyAdmission,
  ) {
    super();
  }

  /**
   * Runs before every route. It nearly always answers without a promise, because verified tokens
   * and revocations are in memory.
   * @throws DomainError `token_expired`, `token_invalid`, `session_ended`, `proof_required`,
   * `proof_invalid`, `proof_stale`; for API keys those of {@link ApiKeyAdmission}
   */
  override canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    if (this.reflector.getAllAndOverride<boolean>(IS_PUBLIC, [context.getHandler(), context.getClass()])) return true;
    const request = context.switchToHttp().getRequest<GuardedRequest>();
    const token = fromAccessHeader(request);
    if (token !== null && isApiKeyText(token)) return this.admitApiKey(context, request, token);
    const claims = token === null ? undefined : this.tokens.recall(token);
    if (!claims) return this.verify(context);
    const principal = principalOf(claims);
    request.user = principal;
    const isRevoked = this.revocations.isRevoked(claims.sid);
    if (typeof isRevoked !== 'boolean') return this.admit(request, principal, isRevoked);
    checkNotRevoked(isRevoked);
    return this.accessProof.check(request, principal)?.then(() => true) ?? true;
  }

  private async admitApiKey(context: ExecutionContext, request: GuardedRequest, token: string): Promise<boolean> {
    const scope = this.reflector.get<ApiKeyScope | undefined>(SCOPE, context.getHandler());
    request.user = await this.apiKeys.admit(request, token, scope);
    return true;
  }

  private async verify(context: ExecutionContext): Promise<boolean> {
    await super.canActivate(context);
    const request = context.switchToHttp().getRequest<GuardedRequest>();
    const principal = request.user as MemberPrincipal;
    return this.admit(request, principal, this.revocations.isRevoked(principal.sessionId));
  }

  private async admit(
    request: GuardedRequest,
    principal: MemberPrincipal,
    isRevoked: boolean | Promise<boolean>,
  ): Promise<boolean> {
    checkNotRevoked(await isRevoked);
    await this.accessProof.check(request, principal);
    return true;
  }
}

function checkNotRevoked(isRevoked: boolean): void {
  if (isRevoked) throw new DomainError('session_ended');
}
