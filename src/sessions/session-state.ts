import type { AttributeValues } from '../platform/attributes/member-attributes.js';
import type { Role } from '../platform/http/principal.js';
import type { FirstFactor, ProvenFactor, SessionBinding, TokenTransport } from './session.entity.js';

/**
 * What the tokens of a session are minted from. Times are whole seconds since 1970 on the
 * database's clock.
 */
export interface SessionState {
  readonly id: string;
  readonly memberId: string;
  readonly role: Role;
  readonly generation: number;
  readonly transport: TokenTransport;
  /** When this generation began. */
  readonly issuedAt: number;
  /** From then on this generation can no longer be refreshed. */
  readonly refreshExpiresAt: number;
  /** Null for a session that is not bound to a key. */
  readonly keyThumbprint: string | null;
  readonly binding: SessionBinding | null;
  /** When the member last authenticated; 0 where the member must authenticate again. */
  readonly authenticatedAt: number;
  /** Null in sessions of 1.0. */
  readonly firstFactor: FirstFactor | null;
  readonly secondFactor: ProvenFactor | null;
  /** All stored values of the member. */
  readonly attributes: AttributeValues | null;
}
