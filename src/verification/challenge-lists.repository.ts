import { Injectable } from '@nestjs/common';
import { Database } from '../platform/database/database.js';
import type { EmailChallengePurpose } from './email-challenge.entity.js';

/** A challenge without its code and link. Its mail may have been withheld. */
export interface MailedChallenge {
  readonly id: string;
  readonly createdAt: Date;
  readonly linkExpiresAt: Date;
  /** Whether neither its code nor its link was used, it was not voided, and the time of the link has not passed. */
  readonly isOpen: boolean;
}

/** A challenge or reset token that a member can still use, without code, link and token. */
export interface OpenMailedChallenge {
  readonly kind: Exclude<EmailChallengePurpose, 'invitation'> | 'reset-token';
  readonly at: Date;
  readonly until: Date;
  /** Wrong codes so far; null for a reset token. */
  readonly attempts: number | null;
}

const OPEN = `spent_at IS NULL AND voided_at IS NULL`;

/** Lists e-mail challenges for administrators, on a cold path. Reads only. */
@Injectable()
export class ChallengeListsRepository {
  constructor(private readonly database: Database) {}

  /** The newest challenge of a sign-up, mailed or not. */
  async findLastOfSignUp(signUpId: string): Promise<MailedChallenge | null> {
    const { rows } = await this.database.query<MailedChallenge>(
      `SELECT id, created_at AS "createdAt", link_expires_at AS "linkExpiresAt", ${OPEN} AND link_expires_at > now() AS "isOpen"
       FROM proof_requests WHERE sign_up_id = $1 ORDER BY created_at DESC LIMIT 1`,
      [signUpId],
    );
    return rows[0] ?? null;
  }

  /** Of these addresses, those whose invitation was neither used nor voided. */
  async findInvited(emailKeys: readonly string[]): Promise<ReadonlySet<string>> {
    const { rows } = await this.database.query<{ emailKey: string }>(
      `SELECT email_key AS "emailKey" FROM proof_requests WHERE email_key = ANY($1) AND purpose = 'invitation' AND ${OPEN}`,
      [[...emailKeys]],
    );
    return new Set(rows.map(({ emailKey }) => emailKey));
  }

  /** Newest first. */
  async listOpenOfMember(memberId: string): Promise<OpenMailedChallenge[]> {
    const { rows } = await this.database.query<OpenMailedChallenge>(
      `SELECT purpose AS kind, created_at AS at, greatest(code_expires_at, link_expires_at) AS until, guesses AS attempts
       FROM proof_requests WHERE member_id = $1 AND ${OPEN} AND greatest(code_expires_at, link_expires_at) > now()
         AND (code_hmac IS NOT NULL OR link_digest IS NOT NULL)
       UNION ALL
       SELECT 'reset-token', created_at, expires_at, NULL FROM reset_grants
       WHERE member_id = $1 AND ${OPEN} AND expires_at > now()
       ORDER BY at DESC LIMIT 50`,
      [memberId],
    );
    return rows;
  }
}
