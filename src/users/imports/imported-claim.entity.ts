import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { AttributeValues } from '../../platform/attributes/member-attributes.js';
import type { MailLocale } from '../../platform/i18n/mail-locale.js';

/**
 * An account of another system whose address is not proven: an attacker may have registered it there
 * with the address of someone else. It becomes a member once its owner has logged in and entered a
 * mailed code. Until then it reserves neither address nor login ID.
 */
@Entity('imported_claims')
@Index('imported_claims_login_id', ['loginId'], { unique: true })
@Index('imported_claims_email_key', ['emailKey'], { unique: true })
@Index('imported_claims_imported_at', ['importedAt'])
// TypeORM cannot express an index of an expression, so only the migration defines it.
@Index('imported_claims_legacy_hash_scheme', { synchronize: false })
export class ImportedClaim {
  /** The id of the member whom it becomes. */
  @PrimaryColumn('uuid') id: string;
  @Column('text', { name: 'login_id' }) loginId: string;
  @Column('boolean', { name: 'login_id_generated', default: false }) loginIdGenerated: boolean;
  @Column('text') email: string;
  @Column('text', { name: 'email_key' }) emailKey: string;
  @Column('text', { name: 'password_hash' }) passwordHash: string;
  @Column('text', { nullable: true }) name: string | null;
  @Column('text') locale: MailLocale;
  @Column('jsonb', { nullable: true }) attributes: AttributeValues | null;
  /** When the account was made at its system. */
  @Column('timestamptz', { name: 'created_at' }) createdAt: Date;
  @Column('timestamptz', { name: 'imported_at', default: () => 'now()' }) importedAt: Date;
}
