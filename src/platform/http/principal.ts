/** Decides which routes a member may call. */
export type Role = 'member' | 'admin';

/** The signed-in member, as stated by the access token. */
export interface Principal {
  readonly memberId: string;
  readonly sessionId: string;
  readonly role: Role;
}
