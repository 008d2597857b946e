import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** An account at a provider that has no member yet, while its client chooses a login ID. */
@Entity('social_sign_ups')
@Index('social_sign_ups_expires_at', ['expiresAt'])
export class SocialSignUp {
  /** Digest of the `signUpId`, a secret of the client that logged in at the provider. */
  @PrimaryColumn('bytea', { name: 'id_digest' }) idDigest: Buffer;
  /** The account and what its client stated, encrypted: a person who never signs up leaves nothing readable. */
  @Column('bytea') sealed: Buffer;
  @Column('timestamptz', { name: 'expires_at' }) expiresAt: Date;
}
