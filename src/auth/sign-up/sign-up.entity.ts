import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { AttributeValues } from '../../platform/attributes/member-attributes.js';
import type { MailLocale } from '../../platform/i18n/mail-locale.js';
import type { GivenConsent } from '../../users/consents/consents.repository.js';

/**
 * A pending sign-up: the claim of a client that an address is its own. Each sign-up has its own
 * password, and reserves neither the address nor the login ID. An attacker who signs up first with
 * an address of someone else gains nothing: a challenge activates only the sign-up that it was
 * mailed for.
 */
@Entity('sign_ups')
@Index('sign_ups_handle', ['signUpIdDigest'], { unique: true })
@Index('sign_ups_email_key', ['emailKey'])
@Index('sign_ups_expires_at', ['expiresAt'])
export class SignUp {
  @PrimaryColumn('uuid') id: string;
  /** Digest of the API's `signUpId`, a secret of the client that signed up. Not the row's `id`. */
  @Column('bytea', { name: 'handle_digest' }) signUpIdDigest: Buffer;
  @Column('text', { name: 'login_id' }) loginId: string;
  @Column('text') email: string;
  @Column('text', { name: 'email_key' }) emailKey: string;
  /**
   * Empty in three cases: an account at a provider takes the place of a password; this sign-up is
   * confirmed, so the member's row holds the hash; or another sign-up or an invitation made a member
   * with the same address, so this sign-up can never be confirmed.
   */
  @Column('text', { name: 'password_hash' }) passwordHash: string;
  /** The account at a provider with which the member will log in, encrypted; else null. */
  @Column('bytea', { nullable: true }) identity: Buffer | null;
  @Column('text', { nullable: true }) name: string | null;
  @Column('text') locale: MailLocale;
  @Column('jsonb', { nullable: true }) attributes: AttributeValues | null;
  /**
   * What the client agreed to. Null where no documents are declared, for an imported account, and
   * once this sign-up is confirmed or void.
   */
  @Column('jsonb', { nullable: true }) consents: readonly GivenConsent[] | null;
  /** The imported account that this sign-up proves, by its id in `imported_claims`. */
  @Column('uuid', { name: 'imported_claim_id', nullable: true }) importedClaimId: string | null;
  @Column('timestamptz', { name: 'created_at', default: () => 'now()' }) createdAt: Date;
  /**
   * When the mail limits last allowed a mail for this sign-up: its code or, where the address had an
   * account, a notification to the owner. Null if the limits have never allowed one.
   */
  @Column('timestamptz', { name: 'mailed_at', nullable: true }) mailedAt: Date | null;
  @Column('timestamptz', { name: 'expires_at' }) expiresAt: Date;
  @Column('timestamptz', { name: 'confirmed_at', nullable: true }) confirmedAt: Date | null;
}
