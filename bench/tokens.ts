import { randomUUID } from 'node:crypto';
import { JwtService } from '@nestjs/jwt';
import { Clock } from '../src/platform/database/clock.js';
import { keyedDigest } from '../src/platform/crypto/digest.js';
import { KeyRing } from '../src/platform/crypto/key-ring.js';
import type { Role } from '../src/platform/http/principal.js';
import type { AppConfig } from '../src/platform/config/app-config.js';
import { TokenKeys } from '../src/platform/crypto/tokens/token-keys.js';
import { CLIENT_ID } from '../src/platform/crypto/tokens/token-purpose.js';
import { TokensService } from '../src/platform/crypto/tokens/tokens.service.js';
import { memberNamed, sessionIdOf } from './members.js';

/** Mints tokens of seeded sessions with the secret of the server under test. */
export class TokenMint {
  private readonly keys: KeyRing;
  private readonly tokens: TokensService;

  constructor(private readonly config: AppConfig) {
    this.keys = new KeyRing(config.secrets);
    this.tokens = new TokensService(config, new TokenKeys(config, this.keys), new JwtService(), new Clock());
  }

  access(count: number, role: Role = 'member'): string[] {
    return this.each(count, (member, now) => {
      const claims = { ...claimsOf(member, now), role };
      return this.tokens.sign('access', claims, now, now + this.config.env.ACCESS_TOKEN_TTL_SECONDS);
    });
  }

  /** Access tokens that need a proof by the key with this thumbprint. */
  boundAccess(count: number, jkt: string): string[] {
    return this.each(count, (member, now) => {
      const claims = { ...claimsOf(member, now), role: 'member' as const, cnf: { jkt } };
      return this.tokens.sign('access', claims, now, now + this.config.env.ACCESS_TOKEN_TTL_SECONDS);
    });
  }

  /** Refresh tokens of generation 0, for each `stride`-th member. */
  refresh(count: number, replica: number, stride = 1): string[] {
    return this.each(count, (turn, now) => {
      const member = turn * stride;
      const sid = sessionIdOf(member, replica);
      const jti = keyedDigest(this.keys.current('refresh-jti'), sid, '0').toString('base64url');
      return this.tokens.sign('refresh', { sub: memberNamed(member).id, sid, gen: 0, jti }, now, now + 86_400);
    });
  }

  private each(count: number, mint: (member: number, now: number) => string): string[] {
    const now = Math.floor(Date.now() / 1000);
    return Array.from({ length: count }, (_, index) => mint(index + 1, now));
  }
}

/** The claims that the server writes into each access token, except the role. */
function claimsOf(member: number, now: number) {
  const { id: sub } = memberNamed(member);
  return {
    ...{ sub, sid: sessionIdOf(member), client_id: CLIENT_ID, jti: randomUUID() },
    ...{ auth_time: now, amr: ['pwd'] as const },
  };
}
