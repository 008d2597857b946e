import { Injectable } from '@nestjs/common';
import type { VerifiedToken } from '../../platform/crypto/tokens/token-purpose.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import { DomainError } from '../../platform/http/problems/domain-error.js';
import type { MemberPrincipal } from '../../platform/http/principal.js';
import { SessionRevocationService } from '../../sessions/revocation/session-revocation.service.js';
import { SessionsRepository } from '../../sessions/sessions.repository.js';

/** Ends a session by one of its tokens. */
@Injectable()
export class LogoutService {
  constructor(
    private readonly sessions: SessionsRepository,
    private readonly revocation: SessionRevocationService,
  ) {}

  /**
   * Does nothing where the session has ended already.
   * @param keyThumbprint the key that the request proved
   * @throws DomainError `proof_required`, `proof_invalid`
   */
  async logOut(
    token: MemberPrincipal | VerifiedToken<'refresh'>,
    keyThumbprint: string | null,
    context: ClientContext,
  ): Promise<void> {
    if (!('sid' in token)) return this.end(token.memberId, token.sessionId, context);
    // Otherwise a thief who holds the refresh token alone could log its owner out.
    const boundTo = await this.sessions.findKeyThumbprint(token.sid);
    if (boundTo !== null && boundTo !== keyThumbprint)
      throw new DomainError(keyThumbprint === null ? 'proof_required' : 'proof_invalid', { detail: 'logout' });
    return this.end(token.sub, token.sid, context);
  }

  private async end(memberId: string, sessionId: string, context: ClientContext): Promise<void> {
    await this.revocation.end(memberId, sessionId, 'logout', context);
  }
}
