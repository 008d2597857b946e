import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { digest } from '../../platform/crypto/digest.js';
import type { Sql, Tx } from '../../platform/database/sql.js';

/** What can be seen of a device from outside. */
export interface DeviceLook {
  readonly userAgent: string;
  /** Coarse, such as 198.18.3.0/24. */
  readonly network: string;
}

/** Owns the table `devices`. */
@Injectable()
export class DevicesRepository {
  /** The device of this member that the token belongs to; null for a token of another member, or none. */
  async findId(sql: Sql, memberId: string, deviceToken: string | undefined): Promise<string | null> {
    if (deviceToken === undefined) return null;
    const { rows } = await sql.query<{ id: string }>(
      `SELECT id FROM devices WHERE token_digest = $1 AND member_id = $2`,
      [digest(deviceToken), memberId],
    );
    return rows[0]?.id ?? null;
  }

  /** Whether a device of this member looked the same and came from the same network. */
  async hasLookalike(tx: Tx, memberId: string, look: DeviceLook): Promise<boolean> {
    const { count } = await tx.query(
      `SELECT id FROM devices WHERE member_id = $1 AND user_agent = $2 AND network = $3 LIMIT 1`,
      [memberId, look.userAgent, look.network],
    );
    return count > 0;
  }

  async insert(tx: Tx, device: DeviceLook & { memberId: string; token: string; name: string | null }): Promise<string> {
    const id = randomUUID();
    await tx.query(
      `INSERT INTO devices (id, member_id, token_digest, name, user_agent, network) VALUES ($1, $2, $3, $4, $5, $6)`,
      [id, device.memberId, digest(device.token), device.name, device.userAgent, device.network],
    );
    return id;
  }

  async touch(tx: Tx, id: string, look: DeviceLook): Promise<void> {
    await tx.query(`UPDATE devices SET last_seen_at = now(), user_agent = $2, network = $3 WHERE id = $1`, [
      ...[id, look.userAgent, look.network],
    ]);
  }

  /** Forgets a member's devices, perhaps all but one: each known device has a guess budget of its own. */
  async forgetAll(tx: Tx, memberId: string, exceptId: string | null): Promise<void> {
    await tx.query(`DELETE FROM devices WHERE member_id = $1 AND id IS DISTINCT FROM $2`, [memberId, exceptId]);
  }

  /** Forgets the longest unseen devices beyond `limit`: a client that never keeps its token makes one at each login. */
  async forgetSurplus(tx: Tx, memberId: string, limit: number): Promise<void> {
    await tx.query(
      `DELETE FROM devices WHERE id IN (SELECT id FROM devices WHERE member_id = $1 ORDER BY last_seen_at DESC OFFSET $2)`,
      [memberId, limit],
    );
  }
}
