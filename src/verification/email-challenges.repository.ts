import { Injectable } from '@nestjs/common';
import { LOCK_KINDS } from '../platform/database/advisory-locks.js';
import { Database } from '../platform/database/database.js';
import type { Sql, Tx } from '../platform/database/sql.js';
import type { ChallengeMethod, EmailChallenge, EmailChallengePurpose } from './email-challenge.entity.js';

export type NewEmailChallenge = Pick<
  EmailChallenge,
  | 'id'
  | 'purpose'
  | 'emailKey'
  | 'memberId'
  | 'signUpId'
  | 'namedLoginId'
  | 'newEmail'
  | 'oldEmailKey'
  | 'startedBy'
  | 'codeHmac'
  | 'linkDigest'
>;

/** A challenge whose code is being guessed. */
export interface GuessableChallenge {
  readonly id: string;
  readonly emailKey: string;
  readonly memberId: string | null;
  readonly codeHmac: Buffer | null;
  readonly namedLoginId: string | null;
  readonly newEmail: string | null;
}

/** A challenge found by its link. */
export interface LinkedChallenge {
  readonly id: string;
  readonly emailKey: string;
  readonly memberId: string | null;
  readonly signUpId: string | null;
  readonly namedLoginId: string | null;
  readonly newEmail: string | null;
  readonly startedBy: string | null;
  readonly createdAt: Date;
  readonly linkExpiresAt: Date;
  /** Used, replaced or voided. */
  readonly isOver: boolean;
  readonly isSpent: boolean;
  readonly isExpired: boolean;
}

/** Selects challenges by owner or address. */
export type ChallengeSelection =
  | { readonly emailKey: string; readonly purpose: EmailChallengePurpose; readonly namedLoginId: string | null }
  /** The decoys of an address: challenges of no member and no sign-up. */
  | { readonly decoysOf: string; readonly purpose: EmailChallengePurpose; readonly namedLoginId: string | null }
  | { readonly memberId: string; readonly purpose?: EmailChallengePurpose; readonly isMailed?: boolean }
  /** Those of a member, and those that the member began for others as an administrator. */
  | { readonly ofOrBegunBy: string }
  /** A member's address changes, and all that the member began for others as an administrator. */
  | { readonly begunBySessionsOf: string }
  /** Those that a member began for others as an administrator. */
  | { readonly startedBy: string }
  | { readonly signUpId: string };

type SelectionKey = ChallengeSelection extends infer S ? (S extends unknown ? keyof S : never) : never;

/** The texts are constants; only values come from outside, and they travel as parameters. */
const CONDITIONS: Record<SelectionKey, (parameter: string) => string> = {
  emailKey: (at) => `email_key = ${at}`,
  decoysOf: (at) => `member_id IS NULL AND sign_up_id IS NULL AND email_key = ${at}`,
  purpose: (at) => `purpose = ${at}`,
  memberId: (at) => `member_id = ${at}`,
  isMailed: (at) => `(code_hmac IS NOT NULL) = ${at}`,
  ofOrBegunBy: (at) => `(member_id = ${at} OR started_by = ${at})`,
  begunBySessionsOf: (at) => `(member_id = ${at} AND purpose = 'email-change' OR started_by = ${at})`,
  startedBy: (at) => `started_by = ${at}`,
  signUpId: (at) => `sign_up_id = ${at}`,
  // Null is a value here: requests that named no login ID.
  namedLoginId: (at) => `named_login_id IS NOT DISTINCT FROM ${at}`,
};

const GUESSABLE = `p.id, p.email_key AS "emailKey", p.member_id AS "memberId", p.code_hmac AS "codeHmac", p.named_login_id AS "namedLoginId", p.new_email AS "newEmail"`;

/** How a guess names its challenge. A sign-up or an address names the newest one, open or not. */
export type GuessedChallenge =
  | readonly ['id', string]
  | readonly ['request', digest: Buffer, purpose: EmailChallengePurpose]
  | readonly ['signUp', string]
  | readonly ['address', emailKey: string, purpose: EmailChallengePurpose];

/** SQL for the id of a {@link GuessedChallenge}. */
const GUESSED: Record<GuessedChallenge[0], string> = {
  id: '$2',
  // No join. One that was planned while both tables were small would read one table for each row of
  // the other, until PostgreSQL counts their rows again.
  request: '(SELECT proof_id FROM proof_handles WHERE digest = $2) AND p.purpose = $3',
  signUp: '(SELECT id FROM proof_requests WHERE sign_up_id = $2 ORDER BY created_at DESC LIMIT 1)',
  address: '(SELECT id FROM proof_requests WHERE email_key = $2 AND purpose = $3 ORDER BY created_at DESC LIMIT 1)',
};

/**
 * The member's address when the challenge was issued. For an address change, `email_key` is the new address.
 * Rows of version 1.0 have no `old_email_key`: they need no comparison, because a change of the address voids them.
 */
const ADDRESS_OF_MEMBER = `CASE purpose WHEN 'email-change' THEN coalesce(old_email_key, $2) ELSE email_key END`;
const OPEN = 'spent_at IS NULL AND voided_at IS NULL';

/**
 * Owns the tables `proof_requests` and `proof_handles`. Prepared SQL: sign-up and recovery are hot,
 * and row counts decide races.
 */
@Injectable()
export class EmailChallengesRepository {
  constructor(private readonly database: Database) {}

  async insert(tx: Tx, challenge: NewEmailChallenge, codeTtlSeconds: number, linkTtlSeconds: number): Promise<void> {
    await tx.runLater(
      `INSERT INTO proof_requests (id, purpose, email_key, member_id, sign_up_id, code_hmac, link_digest, new_email, named_login_id, old_email_key, started_by, code_expires_at, link_expires_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, now() + make_interval(secs => $12), now() + make_interval(secs => $13))`,
      [
        ...[challenge.id, challenge.purpose, challenge.emailKey, challenge.memberId, challenge.signUpId],
        ...[
          challenge.codeHmac,
          challenge.linkDigest,
          challenge.newEmail,
          challenge.namedLoginId,
          challenge.oldEmailKey,
          challenge.startedBy,
        ],
        ...[codeTtlSeconds, linkTtlSeconds],
      ],
    );
  }

  async addRequest(tx: Tx, digest: Buffer, challengeId: string): Promise<void> {
    await tx.runLater(`INSERT INTO proof_handles (digest, proof_id) VALUES ($1, $2)`, [digest, challengeId]);
  }

  /**
   * Moves the request ids of challenges that were replaced within `seconds` of their issue to the
   * new challenge.
   */
  async moveRequests(tx: Tx, fromIds: readonly string[], toId: string, seconds: number): Promise<void> {
    if (fromIds.length === 0) return;
    await tx.runLater(
      `UPDATE proof_handles SET proof_id = $2 WHERE proof_id IN (
         SELECT id FROM proof_requests WHERE id = ANY($1) AND created_at > now() - make_interval(secs => $3))`,
      [[...fromIds], toId, seconds],
    );
  }

  /** Makes other transactions for the same address and purpose wait here until commit. */
  async lockAddress(tx: Tx, emailKey: string, purpose: EmailChallengePurpose): Promise<void> {
    await tx.runLater(`SELECT pg_advisory_xact_lock($1, hashtext($2))`, [
      LOCK_KINDS.challengeAddress,
      `${purpose} ${emailKey}`,
    ]);
  }

  /**
   * The newest challenge for this address and purpose whose code is still valid. Mailed challenges
   * take precedence over decoys.
   */
  async findOpenByAddress(
    tx: Tx,
    emailKey: string,
    purpose: EmailChallengePurpose,
    { memberId = null, namedLoginId = null }: { memberId?: string | null; namedLoginId?: string | null },
  ): Promise<string | null> {
    const { rows } = await tx.query<{ id: string }>(
      `SELECT id FROM proof_requests
       WHERE email_key = $1 AND purpose = $2 AND ($3::uuid IS NULL OR member_id = $3)
         AND named_login_id IS NOT DISTINCT FROM $4 AND ${OPEN} AND code_expires_at > now()
       ORDER BY code_hmac IS NULL, created_at DESC LIMIT 1`,
      [emailKey, purpose, memberId, namedLoginId],
    );
    return rows[0]?.id ?? null;
  }

  async findByLink(linkDigest: Buffer, purpose: EmailChallengePurpose): Promise<LinkedChallenge | null> {
    const { rows } = await this.database.query<LinkedChallenge>(
      `SELECT id, email_key AS "emailKey", member_id AS "memberId", sign_up_id AS "signUpId", named_login_id AS "namedLoginId", new_email AS "newEmail", started_by AS "startedBy", created_at AS "createdAt", link_expires_at AS "linkExpiresAt",
         NOT (${OPEN}) AS "isOver", spent_at IS NOT NULL AS "isSpent", link_expires_at <= now() AS "isExpired"
       FROM proof_requests WHERE link_digest = $1 AND purpose = $2`,
      [linkDigest, purpose],
    );
    return rows[0] ?? null;
  }

  /**
   * Finds a challenge and counts one guess at it. Commits at once, so that parallel guesses cannot
   * share a count.
   * @returns null where no such challenge is open, or it has no guesses left
   */
  async countGuess(
    guessed: GuessedChallenge,
    method: ChallengeMethod,
    limit: number,
  ): Promise<GuessableChallenge | null> {
    const [kind, ...values] = guessed;
    const { rows } = await this.database.query<GuessableChallenge>(
      `UPDATE proof_requests p SET guesses = guesses + 1 WHERE p.id = ${GUESSED[kind]} AND ${OPEN} AND ${method}_expires_at > now() AND guesses < $1
       RETURNING ${GUESSABLE}`,
      [limit, ...values],
    );
    return rows[0] ?? null;
  }

  async refundGuess(id: string): Promise<void> {
    await this.database.query(`UPDATE proof_requests SET guesses = greatest(guesses - 1, 0) WHERE id = $1`, [id]);
  }

  /**
   * Uses up code and link together. The row count decides which of two requests at once used them.
   * @param memberEmailKey the member's present address; null for a sign-up or an invitation
   * @returns false also where the member had another address when the challenge was issued
   */
  async spend(tx: Tx, id: string, method: ChallengeMethod, memberEmailKey: string | null): Promise<boolean> {
    const { count } = await tx.query(
      `UPDATE proof_requests SET spent_at = now() WHERE id = $1 AND ${OPEN} AND ${method}_expires_at > now()
         AND (member_id IS NULL OR ${ADDRESS_OF_MEMBER} = $2::text)`,
      [id, memberEmailKey],
    );
    return count === 1;
  }

  /**
   * Voids the open challenges of these sign-ups.
   * @returns their ids
   */
  async voidOfSignUps(tx: Tx, signUpIds: readonly string[]): Promise<string[]> {
    const { rows } = await tx.query<{ id: string }>(
      `UPDATE proof_requests SET voided_at = now() WHERE sign_up_id = ANY($1) AND ${OPEN} RETURNING id`,
      [[...signUpIds]],
    );
    return rows.map((row) => row.id);
  }

  /**
   * Voids open challenges.
   * @returns their ids
   */
  async voidWhere(sql: Sql, selection: ChallengeSelection): Promise<string[]> {
    const filters = Object.entries(selection) as [SelectionKey, string | boolean | null][];
    const conditions = filters.map(([name], index) => CONDITIONS[name](`$${index + 1}`));
    const { rows } = await sql.query<{ id: string }>(
      `UPDATE proof_requests SET voided_at = now() WHERE ${conditions.join(' AND ')} AND ${OPEN} RETURNING id`,
      filters.map(([, value]) => value),
    );
    return rows.map((row) => row.id);
  }
}
