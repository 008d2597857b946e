import { Injectable } from '@nestjs/common';
import type { Tx } from '../../platform/database/sql.js';
import type { History, Place } from './signals.js';

/**
 * More networks than a member uses regularly; without a limit, a roaming phone would fill the
 * table.
 */
const MAX_NETWORKS = 50;

/**
 * Owns the tables `known_networks`, `session_countries` and `risk_notices`. Prepared SQL: every
 * login reads and writes the first of them.
 */
@Injectable()
export class RiskRepository {
  /** What is remembered of a member's places, compared with this place. */
  async findHistory(tx: Tx, memberId: string, place: Place, historySeconds: number): Promise<History> {
    const { rows } = await tx.query<Omit<History, 'last'> & { country: string | null; secondsAgo: number | null }>(
      `SELECT count(*) > 0 AS "hasNetworks", coalesce(bool_or(network = $2), false) AS "hasThisNetwork",
         coalesce(bool_or(country IS NOT NULL), false) AS "hasCountries", coalesce(bool_or(country = $3), false) AS "hasThisCountry",
         (array_agg(country ORDER BY last_seen_at DESC) FILTER (WHERE country IS NOT NULL))[1] AS country,
         extract(epoch FROM now() - max(last_seen_at) FILTER (WHERE country IS NOT NULL))::float8 AS "secondsAgo"
       FROM known_networks WHERE member_id = $1 AND last_seen_at > now() - make_interval(secs => $4)`,
      [memberId, place.network, place.country, historySeconds],
    );
    const { country, secondsAgo, ...history } = rows[0]!;
    return { ...history, last: country === null || secondsAgo === null ? null : { country, secondsAgo } };
  }

  /**
   * Remembers an arrival. Beyond a limit, the networks that were last seen longest ago are
   * forgotten.
   */
  async remember(tx: Tx, memberId: string, { network, country }: Place): Promise<void> {
    const { rows } = await tx.query<{ isNew: boolean }>(
      `INSERT INTO known_networks AS k (member_id, network, country) VALUES ($1, $2, $3)
       ON CONFLICT (member_id, network) DO UPDATE SET last_seen_at = now(), country = coalesce(excluded.country, k.country)
       RETURNING first_seen_at = last_seen_at AS "isNew"`,
      [memberId, network, country],
    );
    if (!rows[0]?.isNew) return;
    await tx.query(
      `DELETE FROM known_networks WHERE member_id = $1 AND network IN (
         SELECT network FROM known_networks WHERE member_id = $1 ORDER BY last_seen_at DESC OFFSET $2)`,
      [memberId, MAX_NETWORKS],
    );
  }

  /** Forgets networks first seen within the last `seconds`. */
  async forgetRecent(tx: Tx, memberId: string, seconds: number): Promise<void> {
    await tx.query(
      `DELETE FROM known_networks WHERE member_id = $1 AND first_seen_at > now() - make_interval(secs => $2)`,
      [memberId, seconds],
    );
  }

  /**
   * Records that a session moved from one country to another.
   * @returns the number of countries that it was in within the window
   */
  async recordMove(
    tx: Tx,
    sessionId: string,
    move: { readonly from: { country: string; secondsAgo: number } | null; readonly to: string },
    windowSeconds: number,
  ): Promise<number> {
    const { from, to } = move;
    await tx.query(
      `INSERT INTO session_countries AS c (session_id, country, last_seen_at)
       SELECT $1, country, now() - make_interval(secs => ago) FROM unnest($2::text[], $3::float8[]) AS seen (country, ago)
       ON CONFLICT (session_id, country) DO UPDATE SET last_seen_at = greatest(c.last_seen_at, excluded.last_seen_at)`,
      [sessionId, from ? [from.country, to] : [to], from ? [from.secondsAgo, 0] : [0]],
    );
    const { rows } = await tx.query<{ count: number }>(
      `SELECT count(*)::int AS count FROM session_countries WHERE session_id = $1 AND last_seen_at > now() - make_interval(secs => $2)`,
      [sessionId, windowSeconds],
    );
    return rows[0]!.count;
  }

  /**
   * Claims the mail about these signals of a device. Of two transactions at once, one gets the
   * claim.
   * @returns false when the member got a mail about all of them within `repeatSeconds`
   */
  async claimNotification(
    tx: Tx,
    memberId: string,
    device: string,
    signals: readonly string[],
    repeatSeconds: number,
  ): Promise<boolean> {
    const { rows } = await tx.query(
      `INSERT INTO risk_notices AS n (member_id, device, signal) SELECT $1, $2, unnest($3::text[])
       ON CONFLICT (member_id, device, signal) DO UPDATE SET noticed_at = now()
         WHERE n.noticed_at < now() - make_interval(secs => $4)
       RETURNING signal`,
      [memberId, device, [...signals], repeatSeconds],
    );
    return rows.length > 0;
  }
}
