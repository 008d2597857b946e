import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/database/database.js';
import { NO_PASSWORD } from './sign-ups.repository.js';

/** A sign-up that was not confirmed, as administrators see it. */
export interface UnconfirmedSignUp {
  readonly id: string;
  readonly emailKey: string;
  readonly createdAt: Date;
  /**
   * When the mail limits last allowed a mail for it: its code or, where the address had an account, a
   * notification to the owner. Null if the limits have never allowed one.
   */
  readonly mailedAt: Date | null;
  readonly expiresAt: Date;
  readonly isExpired: boolean;
  /** Whether it can no longer be confirmed, because its address has come to belong to an account. */
  readonly isVoid: boolean;
}

const NEWEST = (column: 'email_key' | 'login_id'): string =>
  `SELECT id, email_key AS "emailKey", created_at AS "createdAt", mailed_at AS "mailedAt", expires_at AS "expiresAt",
     expires_at <= now() AS "isExpired", password_hash = $2 AND identity IS NULL AS "isVoid"
   FROM sign_ups WHERE ${column} = $1 AND confirmed_at IS NULL ORDER BY created_at DESC, id LIMIT 1`;

/** Finds sign-ups for administrators who help a person. Changes none. */
@Injectable()
export class SignUpLookupRepository {
  constructor(private readonly database: Database) {}

  async findByEmailKey(emailKey: string): Promise<UnconfirmedSignUp | null> {
    return this.find(NEWEST('email_key'), emailKey);
  }

  /**
   * Reads the whole table, which holds the sign-ups of some days. An index of login IDs would slow
   * down each sign-up. Call it only where the audit log knows of a sign-up with this login ID.
   */
  async findByLoginId(loginId: string): Promise<UnconfirmedSignUp | null> {
    return this.find(NEWEST('login_id'), loginId);
  }

  private async find(text: string, value: string): Promise<UnconfirmedSignUp | null> {
    return (await this.database.query<UnconfirmedSignUp>(text, [value, NO_PASSWORD])).rows[0] ?? null;
  }
}
