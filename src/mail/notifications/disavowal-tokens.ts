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
 * Signs and verifies the tokens of "It wasn't me" links. Each token is bound to the mailbox that it
 * was sent to, and works while the account has that address, or can go back to it by an undo link. So
 * undoing an attacker's change of the address ends the attacker's tokens. A change to a third address
 * does so only when it can no longer be undone.
 */
@Injectable()
export class DisavowalTokens {
  constructor(
    private readonly config: AppConfig,
    private readonly clock: Clock,
    private readonly keys: KeyRing,
    private readonly tokens: TokensService,
  ) {}

  /**
   * @param emailKey canonical form of the recipient's address
   * @param notification template name of the mail
   */
  mint(memberId: string, emailKey: string, notification: string): string {
    const now = this.clock.nowSeconds();
    const box = keyedDigest(this.keys.current(KEY), emailKey).toString('base64url');
    return this.tokens.sign(
      'not-me',
      { sub: memberId, jti: randomUUID(), evt: notification, box },
      now,
      now + this.config.env.NOT_ME_TTL_SECONDS,
    );
  }

  /** @throws DomainError `token_expired`, `token_invalid` */
  verify(token: string): VerifiedToken<'not-me'> {
    return this.tokens.verify('not-me', token);
  }

  /** @param emailKey canonical form of the address */
  wasSentTo({ box }: VerifiedToken<'not-me'>, emailKey: string): boolean {
    const sentTo = Buffer.from(box, 'base64url');
    return this.keys.all(KEY).some((key) => equalDigests(keyedDigest(key, emailKey), sentTo));
  }
}
