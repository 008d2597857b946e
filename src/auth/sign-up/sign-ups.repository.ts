import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/database/database.js';
import type { Tx } from '../../platform/database/sql.js';
import { DomainError } from '../../platform/http/problems/domain-error.js';
import { ImportedClaimsRepository, type KeptValues } from '../../users/imports/imported-claims.repository.js';
import { SignUp } from './sign-up.entity.js';

export type NewSignUp = Pick<
  SignUp,
  'id' | 'loginId' | 'email' | 'emailKey' | 'passwordHash' | 'identity' | 'name' | 'locale' | 'attributes' | 'consents'
> & { readonly importedClaimId?: string | null };

/** A sign-up that a new one continues. */
export interface ContinuedSignUp {
  readonly id: string;
  readonly isVoid: boolean;
  readonly isConfirmed: boolean;
}

/** The sign-ups on the address of a new one. */
export interface SignUpsOnAddress {
  readonly continued: ContinuedSignUp | null;
  /** How many are neither confirmed nor expired. Void ones count too. */
  readonly open: number;
}

/** Stands in place of a password hash where there is none. */
export const NO_PASSWORD = '';

/**
 * Whether this sign-up can no longer be confirmed, because it was confirmed before or its address got
 * a member in another way: another sign-up, an invitation or a login at a provider.
 */
export const isVoid = ({ passwordHash, identity }: Pick<SignUp, 'passwordHash' | 'identity'>): boolean =>
  passwordHash === NO_PASSWORD && identity === null;

/** The consents as JSON text: the driver would turn a list into an array of PostgreSQL, and not into jsonb. */
const consentsOf = ({ consents }: Pick<SignUp, 'consents'>): string | null =>
  consents === null ? null : JSON.stringify(consents);

const IS_OPEN = 'confirmed_at IS NULL AND expires_at > now()';

const COLUMNS = `id, handle_digest AS "signUpIdDigest", login_id AS "loginId", email, email_key AS "emailKey", password_hash AS "passwordHash",
  identity, name, locale, attributes, consents, imported_claim_id AS "importedClaimId", created_at AS "createdAt", mailed_at AS "mailedAt", expires_at AS "expiresAt", confirmed_at AS "confirmedAt"`;

/** Owns the table `sign_ups`. Prepared SQL: sign-up is a hot path, and its locks decide races. */
@Injectable()
export class SignUpsRepository {
  constructor(
    private readonly database: Database,
    private readonly importedClaims: ImportedClaimsRepository,
  ) {}

  /** @param isMailed whether the limits allow a mail for it; sets `mailed_at` */
  async insert(
    tx: Tx,
    signUp: NewSignUp,
    signUpIdDigest: Buffer,
    ttlSeconds: number,
    isMailed: boolean,
  ): Promise<void> {
    await tx.runLater(
      `INSERT INTO sign_ups (id, handle_digest, login_id, email, email_key, password_hash, name, locale, expires_at, attributes, identity, imported_claim_id, consents, mailed_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, now() + make_interval(secs => $9), $10, $11, $12, $13, CASE WHEN $14 THEN now() END)`,
      [
        signUp.id,
        signUpIdDigest,
        signUp.loginId,
        signUp.email,
        signUp.emailKey,
        signUp.passwordHash,
        signUp.name,
        signUp.locale,
        ttlSeconds,
        signUp.attributes,
        signUp.identity,
        signUp.importedClaimId ?? null,
        consentsOf(signUp),
        isMailed,
      ],
    );
  }

  /**
   * Finds the sign-up on this address that a new request continues: the one whose `signUpId` the same
   * request gets again, or else the one whose `signUpId` the client sent. Needs
   * {@link EmailChallengesService.lockAddress}.
   *
   * Sign-ups that can no longer be confirmed are found too: the answer must not show that another
   * sign-up on the address was confirmed (EN-04).
   */
  async findOnAddress(
    tx: Tx,
    emailKey: string,
    signUpIdDigest: Buffer,
    named: Buffer | null,
  ): Promise<SignUpsOnAddress> {
    const { rows } = await tx.query<{ open: number } & (ContinuedSignUp | { id: null })>(
      `WITH continued AS (
         SELECT id, password_hash = $4 AND identity IS NULL AS "isVoid", confirmed_at IS NOT NULL AS "isConfirmed" FROM sign_ups
         WHERE email_key = $1 AND (handle_digest = $2 OR (handle_digest = $3 AND confirmed_at IS NULL))
         ORDER BY handle_digest = $2 DESC LIMIT 1 FOR UPDATE)
       SELECT continued.*, (SELECT count(*)::int FROM sign_ups WHERE email_key = $1 AND ${IS_OPEN}) AS open
       FROM (SELECT) AS request LEFT JOIN continued ON true`,
      [emailKey, signUpIdDigest, named, NO_PASSWORD],
    );
    const { open, ...continued } = rows[0]!;
    return { continued: continued.id === null ? null : continued, open };
  }

  /**
   * Replaces the stored input of a sign-up with the new one. Challenges that were mailed for the
   * sign-up stay valid. A void sign-up stays void: the caller passes no password and no account at a
   * provider, and name, attributes and consents are not stored.
   */
  async replace(tx: Tx, signUp: NewSignUp, signUpIdDigest: Buffer, ttlSeconds: number): Promise<void> {
    await tx.runLater(
      `UPDATE sign_ups SET handle_digest = $2, login_id = $3, email = $4, password_hash = $5, name = $6, locale = $7,
         expires_at = now() + make_interval(secs => $8), attributes = $9, identity = $10, imported_claim_id = $11, consents = $12
       WHERE id = $1`,
      [
        ...[signUp.id, signUpIdDigest, signUp.loginId, signUp.email],
        ...[signUp.passwordHash, isVoid(signUp) ? null : signUp.name, signUp.locale, ttlSeconds],
        ...[isVoid(signUp) ? null : signUp.attributes, signUp.identity, signUp.importedClaimId ?? null],
        isVoid(signUp) ? null : consentsOf(signUp),
      ],
    );
  }

  /** Finds a sign-up that has not expired. */
  async findBySignUpId(signUpIdDigest: Buffer): Promise<SignUp | null> {
    const { rows } = await this.database.query<SignUp>(
      `SELECT ${COLUMNS} FROM sign_ups WHERE handle_digest = $1 AND expires_at > now()`,
      [signUpIdDigest],
    );
    return rows[0] ?? null;
  }

  /**
   * Gets a sign-up that awaits its confirmation.
   * @throws DomainError `sign_up_invalid`, `already_confirmed`
   */
  async getPending(signUpIdDigest: Buffer): Promise<SignUp> {
    const signUp = await this.findBySignUpId(signUpIdDigest);
    if (!signUp) throw new DomainError('sign_up_invalid');
    if (signUp.confirmedAt) throw new DomainError('already_confirmed');
    return signUp;
  }

  /** As {@link findBySignUpId}, by the row's id. */
  async find(id: string): Promise<SignUp | null> {
    const { rows } = await this.database.query<SignUp>(
      `SELECT ${COLUMNS} FROM sign_ups WHERE id = $1 AND expires_at > now()`,
      [id],
    );
    return rows[0] ?? null;
  }

  /**
   * Locks the rows of every sign-up on the address of this one until commit. Call it before a sign-up
   * is confirmed, voided or discarded, and after {@link EmailChallengesService.lockAddress} where both
   * are needed. Such changes on one address then run one after the other and cannot deadlock on their
   * challenges.
   * @returns this sign-up as it is now: it may have changed since it was read; null if it is gone
   */
  async lock(tx: Tx, { id, emailKey }: Pick<SignUp, 'id' | 'emailKey'>): Promise<SignUp | null> {
    const { rows } = await tx.query<SignUp>(
      `SELECT ${COLUMNS} FROM sign_ups WHERE email_key = $1 ORDER BY id FOR UPDATE`,
      [emailKey],
    );
    return rows.find((row) => row.id === id) ?? null;
  }

  async markMailed(tx: Tx, id: string): Promise<void> {
    await tx.runLater(`UPDATE sign_ups SET mailed_at = now() WHERE id = $1`, [id]);
  }

  /**
   * Deletes the open sign-ups on an address beyond `limit`: first those never mailed, the oldest
   * first; then mailed ones, the one mailed longest ago first. Sign-ups that are being confirmed at
   * this moment stay. Needs {@link EmailChallengesService.lockAddress}, so that parallel requests see
   * each other's rows.
   */
  async discardSurplus(tx: Tx, emailKey: string, limit: number): Promise<void> {
    await tx.runLater(
      `WITH surplus AS (
         SELECT id FROM sign_ups WHERE email_key = $1 AND ${IS_OPEN}
         ORDER BY mailed_at DESC NULLS LAST, created_at DESC, id OFFSET $2)
       DELETE FROM sign_ups WHERE id IN (
         SELECT id FROM sign_ups WHERE id IN (SELECT id FROM surplus) AND confirmed_at IS NULL FOR UPDATE SKIP LOCKED)`,
      [emailKey, limit],
    );
  }

  async markConfirmed(tx: Tx, id: string): Promise<void> {
    await tx.query(
      `UPDATE sign_ups SET confirmed_at = now(), password_hash = $2, identity = NULL, name = NULL, attributes = NULL, consents = NULL WHERE id = $1`,
      [id, NO_PASSWORD],
    );
  }

  /**
   * Deletes the imported account that the sign-up proves.
   * @returns what the member keeps of it; null where there is none
   */
  async takeImported(tx: Tx, { importedClaimId }: SignUp): Promise<KeptValues | null> {
    return importedClaimId === null ? null : this.importedClaims.take(tx, importedClaimId);
  }

  /** Deletes an open sign-up with its challenges. Needs its {@link lock}. */
  async discard(tx: Tx, id: string): Promise<void> {
    await tx.query(`DELETE FROM sign_ups WHERE id = $1 AND confirmed_at IS NULL`, [id]);
  }

  /**
   * Removes password, account at a provider, name, attributes and consents from the other sign-ups on an address that now has a
   * member, so that they can never be confirmed (SS-05, SO-15). The rows stay: if they were gone, their `signUpId`s would
   * show that the address has an account (EN-04).
   * @param confirmedId the sign-up that became the member; null where none did
   * @returns their ids
   */
  async voidRivals(tx: Tx, emailKey: string, confirmedId: string | null): Promise<string[]> {
    const { rows } = await tx.query<{ id: string }>(
      `UPDATE sign_ups SET password_hash = $3, identity = NULL, name = NULL, attributes = NULL, consents = NULL
       WHERE email_key = $1 AND id IS DISTINCT FROM $2 AND confirmed_at IS NULL RETURNING id`,
      [emailKey, confirmedId, NO_PASSWORD],
    );
    return rows.map(({ id }) => id);
  }
}
