/** Decides which routes a member may call. */
export type Role = 'member' | 'admin';

/** The signed-in member, as stated by the access token. */
export interface Principal {
  readonly memberId: string;
  readonly sessionId: string;
  readonly role: Role;
  /** Set where the access token is bound to a key: each call needs a proof by it (RFC 9449). */
  readonly keyThumbprint?: string;
}
