import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/**
 * A login at a provider that the client has begun and not finished. The row names no member. A used ID
 * token, or notice of a provider, also has a row here with an empty state, so that it cannot be used again.
 */
@Entity('social_requests')
@Index('social_requests_expires_at', ['expiresAt'])
@Index('social_requests_state', ['stateDigest'])
export class SocialRequest {
  /**
   * Digest of the `requestId`, a secret of the client that began the login. In the row of a used token or
   * notice: digest of what identifies that token or notice.
   */
  @PrimaryColumn('bytea', { name: 'id_digest' }) idDigest: Buffer;
  @Column('text') provider: string;
  @Column('bytea', { name: 'state_digest' }) stateDigest: Buffer;
  /** Nonce and PKCE verifier, encrypted: with them and a stolen code, an attacker could go on. */
  @Column('bytea') sealed: Buffer;
  @Column('text', { name: 'redirect_uri' }) redirectUri: string;
  @Column('text', { nullable: true }) transport: string | null;
  @Column('text', { nullable: true }) binding: string | null;
  /** The name that the provider posted with its answer. */
  @Column('text', { name: 'posted_name', nullable: true }) postedName: string | null;
  @Column('timestamptz', { name: 'expires_at' }) expiresAt: Date;
}
