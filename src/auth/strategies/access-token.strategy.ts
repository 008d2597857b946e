import { Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import { Strategy } from 'passport-jwt';
import type { Principal } from '../../access/principal.js';
import { TokensService } from '../../tokens/tokens.service.js';
import { strategyOptions } from './strategy-options.js';
import { fromBearerHeader } from './token-sources.js';

/** Accepts access tokens and no other kind. Whether the session is still alive is for the guard to ask. */
@Injectable()
export class AccessTokenStrategy extends PassportStrategy(Strategy, 'access-token') {
  constructor(private readonly tokens: TokensService) {
    super(strategyOptions(tokens, 'access', fromBearerHeader));
  }

  validate(payload: Record<string, unknown>): Principal {
    const { sub, sid, role } = this.tokens.readClaims('access', payload);
    return { memberId: sub, sessionId: sid, role };
  }
}
