import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Clock } from '../../platform/database/clock.js';
import { equalDigests, keyedDigest } from '../../platform/crypto/digest.js';
import { KeyRing } from '../../platform/crypto/key-ring.js';
import { AppConfig } from '../../platform/config/app-config.js';
import type { VerifiedToken } from '../../platform/crypto/tokens/token-purpose.js';
import { TokensService } from '../../platform/crypto/tokens/tokens.service.js';

const KEY = 'not-me-mailbox';

/**
 * The token behind "it wasn't me". It names the mailbox that it was sent to, so that what somebody got while the account
 * was in their hands is worth nothing once it is taken back.
 */
@Injectable()
export class DisavowalTokens {
  constructor(
    private readonly config: AppConfig,
    private readonly clock: Clock,
    private readonly keys: KeyRing,
    private readonly tokens: TokensService,
  ) {}

  /** @param emailKey the canonical form of the address that the mail goes to. @param notice the mail */
  mint(memberId: string, emailKey: string, notice: string): string {
    const now = this.clock.nowSeconds();
    const box = keyedDigest(this.keys.current(KEY), emailKey).toString('base64url');
    return this.tokens.sign(
      'not-me',
      { sub: memberId, jti: randomUUID(), evt: notice, box },
      now,
      now + this.config.env.NOT_ME_TTL_SECONDS,
    );
  }

  /** @throws DomainError `token_expired`, `token_invalid` */
  verify(token: string): VerifiedToken<'not-me'> {
    return this.tokens.verify('not-me', token);
  }

  /** Whether the token was sent to one of these addresses, given in their canonical form. */
  wasSentTo({ box }: VerifiedToken<'not-me'>, emailKeys: readonly string[]): boolean {
    const sentTo = Buffer.from(box, 'base64url');
    return this.keys
      .all(KEY)
      .some((key) => emailKeys.some((emailKey) => equalDigests(keyedDigest(key, emailKey), sentTo)));
  }
}
