import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/database/database.js';
import type { Tx } from '../../platform/database/sql.js';
import { SignUp } from './sign-up.entity.js';

export type NewSignUp = Pick<
  SignUp,
  'id' | 'handleDigest' | 'loginId' | 'email' | 'emailKey' | 'passwordHash' | 'name' | 'locale'
>;

/** In place of the password hash of a claim that can no longer be confirmed: it is as little use as one on an address that has an account. */
const DISARMED = '';

/** Whether this claim, or another one on its address, has been confirmed. */
export const isDisarmed = ({ passwordHash }: Pick<SignUp, 'passwordHash'>): boolean => passwordHash === DISARMED;

const COLUMNS = `id, handle_digest AS "handleDigest", login_id AS "loginId", email, email_key AS "emailKey", password_hash AS "passwordHash",
  name, locale, created_at AS "createdAt", mailed_at AS "mailedAt", expires_at AS "expiresAt", confirmed_at AS "confirmedAt"`;

/** Owns the table `sign_ups`. */
@Injectable()
export class SignUpsRepository {
  constructor(private readonly database: Database) {}

  async insert(tx: Tx, signUp: NewSignUp, ttlSeconds: number): Promise<void> {
    await tx.query(
      `INSERT INTO sign_ups (id, handle_digest, login_id, email, email_key, password_hash, name, locale, expires_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, now() + make_interval(secs => $9))`,
      [
        signUp.id,
        signUp.handleDigest,
        signUp.loginId,
        signUp.email,
        signUp.emailKey,
        signUp.passwordHash,
        signUp.name,
        signUp.locale,
        ttlSeconds,
      ],
    );
  }

  /** The claim that has not lapsed. */
  async findByHandle(handleDigest: Buffer): Promise<SignUp | null> {
    const { rows } = await this.database.query<SignUp>(
      `SELECT ${COLUMNS} FROM sign_ups WHERE handle_digest = $1 AND expires_at > now()`,
      [handleDigest],
    );
    return rows[0] ?? null;
  }

  async find(id: string): Promise<SignUp | null> {
    const { rows } = await this.database.query<SignUp>(
      `SELECT ${COLUMNS} FROM sign_ups WHERE id = $1 AND expires_at > now()`,
      [id],
    );
    return rows[0] ?? null;
  }

  /**
   * Locks every claim on the address of this one until commit, and tells how this one is. Comes
   * before anything else that is written about a claim: what happens to the claims on one address takes turns, in one
   * order, and so never waits in a circle for each other's proofs.
   */
  async lock(tx: Tx, { id, emailKey }: Pick<SignUp, 'id' | 'emailKey'>): Promise<'open' | 'confirmed' | 'gone'> {
    const { rows } = await tx.query<Pick<SignUp, 'id' | 'confirmedAt'>>(
      `SELECT id, confirmed_at AS "confirmedAt" FROM sign_ups WHERE email_key = $1 ORDER BY id FOR UPDATE`,
      [emailKey],
    );
    const mine = rows.find((row) => row.id === id);
    if (!mine) return 'gone';
    return mine.confirmedAt === null ? 'open' : 'confirmed';
  }

  async markMailed(tx: Tx, id: string): Promise<void> {
    await tx.query(`UPDATE sign_ups SET mailed_at = now() WHERE id = $1`, [id]);
  }

  /**
   * Deletes the open claims on an address beyond `limit`: first those that were never mailed, the oldest first, and only
   * then mailed ones, the one mailed longest ago first. Claims that are being confirmed at this moment are left alone. The
   * caller holds the address's lock, so that of many at once each sees the others.
   */
  async discardSurplus(tx: Tx, emailKey: string, limit: number): Promise<void> {
    await tx.query(
      `WITH surplus AS (
         SELECT id FROM sign_ups WHERE email_key = $1 AND confirmed_at IS NULL AND expires_at > now()
         ORDER BY mailed_at DESC NULLS LAST, created_at DESC, id OFFSET $2)
       DELETE FROM sign_ups WHERE id IN (
         SELECT id FROM sign_ups WHERE id IN (SELECT id FROM surplus) AND confirmed_at IS NULL FOR UPDATE SKIP LOCKED)`,
      [emailKey, limit],
    );
  }

  async markConfirmed(tx: Tx, id: string): Promise<void> {
    await tx.query(`UPDATE sign_ups SET confirmed_at = now(), password_hash = $2 WHERE id = $1`, [id, DISARMED]);
  }

  /** Deletes an open claim with its proofs. The caller holds its lock. */
  async discard(tx: Tx, id: string): Promise<void> {
    await tx.query(`DELETE FROM sign_ups WHERE id = $1 AND confirmed_at IS NULL`, [id]);
  }

  /**
   * The other claims on an address that has found its member: whatever their makers set dies (SS-05). The claims stay, as
   * those made from now on will: were they gone, their handles would tell that the address has become somebody's (EN-04).
   * @returns their ids
   */
  async disarmRivals(tx: Tx, emailKey: string, confirmedId: string): Promise<string[]> {
    const { rows } = await tx.query<{ id: string }>(
      `UPDATE sign_ups SET password_hash = $3, name = NULL WHERE email_key = $1 AND id <> $2 AND confirmed_at IS NULL RETURNING id`,
      [emailKey, confirmedId, DISARMED],
    );
    return rows.map(({ id }) => id);
  }
}
