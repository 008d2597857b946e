import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Clock } from '../platform/database/clock.js';
import { keyedDigest } from '../platform/crypto/digest.js';
import { KeyRing } from '../platform/crypto/key-ring.js';
import { MemberAttributes } from '../platform/attributes/member-attributes.js';
import { AppConfig } from '../platform/config/app-config.js';
import type { HookClaims } from '../platform/crypto/tokens/hook-claims.js';
import { CLIENT_ID } from '../platform/crypto/tokens/token-purpose.js';
import { TokensService } from '../platform/crypto/tokens/tokens.service.js';
import { methodsOf } from './authentication-methods.js';
import type { TokenTransport } from './session.entity.js';
import type { SessionState } from './sessions.repository.js';

/** A new pair of tokens. The controller decides by `transport` how the client receives it. */
export interface IssuedTokens {
  readonly sessionId: string;
  /** DPoP where calls with the access token need a proof (RFC 9449 section 5). */
  readonly tokenType: 'Bearer' | 'DPoP';
  readonly accessToken: string;
  readonly expiresIn: number;
  readonly refreshToken: string;
  readonly refreshExpiresIn: number;
  readonly transport: TokenTransport;
  /** Only on the first login of a device. */
  readonly deviceToken?: string;
}

/** Mints a session's access token and refresh token. */
@Injectable()
export class SessionTokens {
  constructor(
    private readonly config: AppConfig,
    private readonly keys: KeyRing,
    private readonly clock: Clock,
    private readonly tokens: TokensService,
    private readonly attributes: MemberAttributes,
  ) {}

  /**
   * Both tokens of a generation. Deterministic: the same state gives the same refresh token on
   * every server.
   * @param hookClaims those that the product's token hook adds to the access token
   * @param accessIssuedAt seconds since 1970; later than the start of the generation in a late replay
   */
  mint(state: SessionState, hookClaims?: HookClaims, accessIssuedAt = state.issuedAt): IssuedTokens {
    const { id, memberId, role, generation, issuedAt, refreshExpiresAt, keyThumbprint, binding } = state;
    const accessExpiresAt = Math.min(accessIssuedAt + this.config.env.ACCESS_TOKEN_TTL_SECONDS, refreshExpiresAt);
    const boundTo = binding === 'full' && keyThumbprint !== null ? { cnf: { jkt: keyThumbprint } } : null;
    const attributes = this.attributes.findForToken(state.attributes);
    const accessClaims = {
      // First, so that the hook's claims replace none of ours (AT-02).
      ...hookClaims,
      ...{ sub: memberId, sid: id, role, client_id: CLIENT_ID, jti: randomUUID() },
      ...{ auth_time: state.authenticatedAt, amr: methodsOf(state), ...boundTo },
      ...(attributes && { attributes }),
    };
    const jti = keyedDigest(this.keys.current('refresh-jti'), id, String(generation)).toString('base64url');
    return {
      sessionId: id,
      transport: state.transport,
      tokenType: boundTo ? 'DPoP' : 'Bearer',
      accessToken: this.tokens.sign('access', accessClaims, accessIssuedAt, accessExpiresAt),
      expiresIn: this.secondsUntil(accessExpiresAt, accessIssuedAt),
      refreshToken: this.tokens.sign(
        'refresh',
        { sub: memberId, sid: id, gen: generation, jti },
        issuedAt,
        refreshExpiresAt,
      ),
      refreshExpiresIn: this.secondsUntil(refreshExpiresAt, issuedAt),
    };
  }

  /**
   * Remaining seconds. At most the token's whole lifetime, which slightly different clocks could
   * exceed by rounding.
   */
  private secondsUntil(expiresAt: number, issuedAt: number): number {
    return Math.min(this.clock.secondsUntil(expiresAt), expiresAt - issuedAt);
  }
}
