import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { digest } from '../common/digest.js';
import { Database } from '../database/database.js';
import type { Tx } from '../database/sql.js';

/** Owns the table `devices`. */
@Injectable()
export class DevicesRepository {
  constructor(private readonly database: Database) {}

  /** The device of this member that the token belongs to; null for a token of another member, or none. */
  async findId(memberId: string, deviceToken: string | undefined): Promise<string | null> {
    if (deviceToken === undefined) return null;
    const { rows } = await this.database.query<{ id: string }>(
      `SELECT id FROM devices WHERE token_digest = $1 AND member_id = $2`,
      [digest(deviceToken), memberId],
    );
    return rows[0]?.id ?? null;
  }

  async insert(tx: Tx, memberId: string, deviceToken: string, name: string | null): Promise<string> {
    const id = randomUUID();
    await tx.query(`INSERT INTO devices (id, member_id, token_digest, name) VALUES ($1, $2, $3, $4)`, [
      id,
      memberId,
      digest(deviceToken),
      name,
    ]);
    return id;
  }

  async touch(tx: Tx, id: string): Promise<void> {
    await tx.query(`UPDATE devices SET last_seen_at = now() WHERE id = $1`, [id]);
  }
}
