import { Injectable } from '@nestjs/common';
import { Database } from '../platform/database/database.js';

/** A mailed code and link, without either. */
export interface MailedChallenge {
  readonly id: string;
  readonly createdAt: Date;
}

/** Lists e-mail challenges for administrators. Cold; changes none. */
@Injectable()
export class ChallengeListsRepository {
  constructor(private readonly database: Database) {}

  /** The last code and link that were mailed for a sign-up. */
  async findLastOfSignUp(signUpId: string): Promise<MailedChallenge | null> {
    const { rows } = await this.database.query<MailedChallenge>(
      `SELECT id, created_at AS "createdAt" FROM proof_requests WHERE sign_up_id = $1 ORDER BY created_at DESC LIMIT 1`,
      [signUpId],
    );
    return rows[0] ?? null;
  }
}
