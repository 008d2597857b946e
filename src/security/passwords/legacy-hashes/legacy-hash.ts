/** A hash of another system, in a form that is slow enough to be stored. */
export interface LegacyHash {
  /** The one form in which the hash is stored, whatever its producer wrote. */
  readonly stored: string;
  /** Scheme and cost. Hashes of one kind take the same time. */
  readonly kind: string;
  /** Never throws for a wrong password. The slow part runs outside the event loop. */
  verify(password: string): Promise<boolean>;
}

/** Why a hash cannot be used, without any part of it. */
export interface RefusedHash {
  readonly refused: string;
}

/** Reads one scheme in every spelling of its producers. */
export type LegacyReader = (text: string) => LegacyHash | RefusedHash | null;

export const TOO_EXPENSIVE = 'would take the server too long to verify';
export const TOO_WEAK = 'is too fast to be kept';

export const refuse = (scheme: string, reason: string): RefusedHash => ({
  refused: `the password hash by ${scheme} ${reason}`,
});
