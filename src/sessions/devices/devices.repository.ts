import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { digest } from '../../platform/crypto/digest.js';
import { Database, type PreparedStatement } from '../../platform/database/database.js';
import type { Sql, Tx } from '../../platform/database/sql.js';
import { candidateStatement, type LoginCandidate } from '../../users/login-candidate.js';

/** What a request shows of the device that sent it. */
export interface DeviceLook {
  readonly userAgent: string;
  /** Coarse, such as 198.18.3.0/24. */
  readonly network: string;
}

/** Who logs in, and on which device. */
export interface DeviceLogin {
  /** Null where no member and no import has the identifier. */
  readonly candidate: LoginCandidate | null;
  /** Null unless the member logged in on the device before. */
  readonly deviceId: string | null;
}

/**
 * Looks the device up for unknown identifiers too: the time of the query must not show which
 * accounts exist (EN-06).
 */
const onDevice = ({ name, text }: PreparedStatement): PreparedStatement => ({
  name: `${name}-on-device`,
  text: `SELECT c.*, d.id AS "deviceId" FROM (SELECT) AS request LEFT JOIN (${text}) c ON true
    LEFT JOIN devices d ON d.token_digest = $2 AND d.member_id = c.id`,
});

/** Owns the table `devices`. Prepared SQL, because every login reads and writes the table. */
@Injectable()
export class DevicesRepository {
  constructor(private readonly database: Database) {}

  /** Finds the account and the device at once. A password login with a device token begins with this statement. */
  async findLogin(identifier: string, deviceToken: string): Promise<DeviceLogin> {
    const statement = onDevice(candidateStatement(identifier));
    const values = [identifier, digest(deviceToken)];
    const { rows } = await this.database.prepared<LoginCandidate & { deviceId: string | null }>(statement, values);
    const { deviceId, ...candidate } = rows[0]!;
    return { candidate: (candidate.id as string | null) === null ? null : candidate, deviceId };
  }

  /** The id of the member's device with this token; null for another member's token. */
  async findId(sql: Sql, memberId: string, deviceToken: string | undefined): Promise<string | null> {
    if (deviceToken === undefined) return null;
    const { rows } = await sql.query<{ id: string }>(
      `SELECT id FROM devices WHERE token_digest = $1 AND member_id = $2`,
      [digest(deviceToken), memberId],
    );
    return rows[0]?.id ?? null;
  }

  /** Whether a device of this member had the same user agent and network at its last login. */
  async hasLookalike(tx: Tx, memberId: string, look: DeviceLook): Promise<boolean> {
    const { count } = await tx.query(
      `SELECT id FROM devices WHERE member_id = $1 AND user_agent = $2 AND network = $3 LIMIT 1`,
      [memberId, look.userAgent, look.network],
    );
    return count > 0;
  }

  /** @returns the id of the new device */
  async insert(tx: Tx, device: DeviceLook & { memberId: string; token: string; name: string | null }): Promise<string> {
    const id = randomUUID();
    await tx.query(
      `INSERT INTO devices (id, member_id, token_digest, name, user_agent, network) VALUES ($1, $2, $3, $4, $5, $6)`,
      [id, device.memberId, digest(device.token), device.name, device.userAgent, device.network],
    );
    return id;
  }

  /** Records a login on a known device. */
  async touch(tx: Tx, id: string, look: DeviceLook): Promise<void> {
    await tx.runLater(`UPDATE devices SET last_seen_at = now(), user_agent = $2, network = $3 WHERE id = $1`, [
      ...[id, look.userAgent, look.network],
    ]);
  }

  /** Forgets a member's devices, or all but `exceptId`. */
  async forgetAll(tx: Tx, memberId: string, exceptId: string | null): Promise<void> {
    await tx.runLater(`DELETE FROM devices WHERE member_id = $1 AND id IS DISTINCT FROM $2`, [memberId, exceptId]);
  }

  /**
   * Forgets the longest unseen devices beyond `limit`. A client that does not keep its device token
   * creates a row at each login.
   */
  async forgetSurplus(tx: Tx, memberId: string, limit: number): Promise<void> {
    await tx.query(
      `DELETE FROM devices WHERE id IN (SELECT id FROM devices WHERE member_id = $1 ORDER BY last_seen_at DESC OFFSET $2)`,
      [memberId, limit],
    );
  }
}
