/** What a member may do. */
export type Role = 'member' | 'admin';

/** Who is calling, as an access token states it. */
export interface Principal {
  readonly memberId: string;
  readonly sessionId: string;
  readonly role: Role;
}
