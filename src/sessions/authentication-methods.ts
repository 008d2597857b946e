import type { AuthenticationMethod } from '../platform/crypto/tokens/token-purpose.js';
import type { FirstFactor, ProvenFactor } from './session.entity.js';

/**
 * The first factor of a session's last authentication. The second factor is part of it, or an
 * earlier one that was still recent then.
 */
interface ProvenFactors {
  /** Null in sessions of 1.0, which began with a password or a passkey. */
  readonly firstFactor: FirstFactor | null;
  readonly secondFactor: ProvenFactor | null;
}

const FIRST: Record<FirstFactor, AuthenticationMethod[]> = { password: ['pwd'], passkey: [], federated: ['fed'] };

/** A recovery code is a one-time password too: RFC 8176 has no other word for it. */
const SECOND: Record<ProvenFactor, AuthenticationMethod[]> = {
  passkey: ['hwk', 'mfa'],
  totp: ['otp', 'mfa'],
  'recovery-code': ['otp', 'mfa'],
};

/**
 * The claim `amr` (RFC 8176). A passkey counts as two factors by itself: it verifies its user.
 */
export function methodsOf({ firstFactor, secondFactor }: ProvenFactors): AuthenticationMethod[] {
  // A session of 1.0 does not record whether a password came before its passkey. Claim no password.
  const first = firstFactor ?? (secondFactor === 'passkey' ? 'passkey' : 'password');
  return [...FIRST[first], ...(secondFactor === null ? [] : SECOND[secondFactor])];
}
