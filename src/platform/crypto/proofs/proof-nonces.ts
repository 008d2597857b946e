import { Injectable } from '@nestjs/common';
import { Clock } from '../../database/clock.js';
import { keyedDigest } from '../digest.js';
import { KeyRing } from '../key-ring.js';

/** Seconds for which a nonce is handed out; it is accepted for one window longer. */
export const NONCE_WINDOW_SECONDS = 60;

/**
 * Nonces that make a proof fresh where the client's clock is wrong (RFC 9449 section 8). Nothing is
 * stored: a nonce is a keyed digest of its time window, so every replica knows it.
 */
@Injectable()
export class ProofNonces {
  constructor(
    private readonly keys: KeyRing,
    private readonly clock: Clock,
  ) {}

  /** The nonce to hand out now. */
  current(): string {
    return nonceOf(this.keys.current('proof-nonce'), this.window());
  }

  isAccepted(nonce: string): boolean {
    const now = this.window();
    // The next window too, because another replica may be a moment ahead. Plain comparison: a nonce
    // is handed to every client, so it is not a secret.
    return this.keys
      .all('proof-nonce')
      .some((key) => [now, now - 1, now + 1].some((window) => nonceOf(key, window) === nonce));
  }

  private window(): number {
    return Math.floor(this.clock.now() / NONCE_WINDOW_SECONDS);
  }
}

function nonceOf(key: Buffer, window: number): string {
  return keyedDigest(key, String(window)).toString('base64url', 0, 18);
}
