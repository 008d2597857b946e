import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { ApiKeyScope } from '../../platform/http/principal.js';

/**
 * A key with which a program calls the API. One row holds both secrets that may live at once while
 * a key is rotated, so a rotation keeps the id by which the audit log names the key.
 */
@Entity('api_keys')
// An index on an expression. TypeORM cannot express it, so only the migration defines it.
@Index('api_keys_end', { synchronize: false })
@Index('api_keys_created_at', ['createdAt', 'id'])
export class ApiKey {
  @PrimaryColumn('uuid') id: string;
  @Column('text') name: string;
  @Column('text', { array: true }) scopes: ApiKeyScope[];
  /** SHA-256, because a secret has 256 random bits (AK-02). It does not depend on SECRET. */
  @Column('bytea') digest: Buffer;
  /** The secret before the last rotation; it works until the next one. */
  @Column('bytea', { name: 'previous_digest', nullable: true }) previousDigest: Buffer | null;
  /** Ranges in CIDR notation from which the key may be used; empty for every address. */
  @Column('text', { array: true }) addresses: string[];
  /** The administrator who created the key; null for the command line. */
  @Column('uuid', { name: 'created_by', nullable: true }) createdBy: string | null;
  @Column('timestamptz', { name: 'created_at', default: () => 'now()' }) createdAt: Date;
  @Column('timestamptz', { name: 'rotated_at', nullable: true }) rotatedAt: Date | null;
  @Column('timestamptz', { name: 'expires_at', nullable: true }) expiresAt: Date | null;
  @Column('timestamptz', { name: 'revoked_at', nullable: true }) revokedAt: Date | null;
  /** Up to two minutes before the last use: each server records a use at most once a minute. */
  @Column('timestamptz', { name: 'last_used_at', nullable: true }) lastUsedAt: Date | null;
}
