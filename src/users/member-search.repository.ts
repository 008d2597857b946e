import { Injectable } from '@nestjs/common';
import type { Role } from '../platform/http/principal.js';
import { parseEmailAddress } from '../platform/addresses/email-address.js';
import { normaliseLoginId } from './login-id.js';
import { Database } from '../platform/database/database.js';
import { ReadReplica } from '../platform/database/read-replica.js';
import { Conditions, microsOf, type PagePosition } from '../platform/database/page.js';
import type { Member, MemberStatus } from './member.entity.js';

/** A member as lists show it: nothing secret is even read. */
export type MemberRow = Pick<
  Member,
  'id' | 'loginId' | 'email' | 'name' | 'locale' | 'role' | 'status' | 'mustChangePassword' | 'createdAt' | 'closedAt'
>;

export interface MemberFilter {
  /** The beginning of a login ID, of an address or of a name. */
  readonly query?: string | undefined;
  readonly status?: MemberStatus | undefined;
  readonly role?: Role | undefined;
}

const COLUMNS = `id, login_id AS "loginId", email, name, locale, role, status, must_change_password AS "mustChangePassword",
  created_at AS "createdAt", closed_at AS "closedAt"`;

/** Looks through the table `members` for administrators. Each way to search has an index that serves it (migration 1764600000000). */
@Injectable()
export class MemberSearchRepository {
  constructor(
    private readonly database: Database,
    private readonly replica: ReadReplica,
  ) {}

  async find(id: string): Promise<MemberRow | null> {
    const { rows } = await this.database.query<MemberRow>(`SELECT ${COLUMNS} FROM members WHERE id = $1`, [id]);
    return rows[0] ?? null;
  }

  /** Newest first. */
  async list(
    filter: MemberFilter,
    limit: number,
    after: PagePosition | null,
  ): Promise<(MemberRow & { micros: string })[]> {
    const { text, values } = memberListStatement(filter, limit, after);
    return (await this.replica.query<MemberRow & { micros: string }>(text, values)).rows;
  }
}

/** The statement of a list, apart from its running so that a test can ask PostgreSQL how it would go about it. */
export function memberListStatement(
  { query, status, role }: MemberFilter,
  limit: number,
  after: PagePosition | null,
): { text: string; values: unknown[] } {
  const conditions = new Conditions();
  if (query !== undefined) addSearch(conditions, query);
  conditions.addIfGiven('status = $', status).addIfGiven('role = $', role).addAfter(after, 'created_at', 'uuid');
  const limitAt = conditions.values.push(limit);
  return {
    text: `SELECT ${COLUMNS}, ${microsOf('created_at')} AS micros FROM members ${conditions.where}
       ORDER BY created_at DESC, id DESC LIMIT $${limitAt}`,
    values: conditions.values,
  };
}

function addSearch(conditions: Conditions, query: string): void {
  // A whole address is compared as addresses are; a part of one, as far as that goes.
  const address = parseEmailAddress(query)?.key ?? query.toLowerCase();
  if (query.includes('@')) {
    conditions.add('email_key LIKE $', prefix(address));
    return;
  }
  conditions.add(
    '(login_id LIKE $ OR email_key LIKE $ OR lower(name) LIKE lower($))',
    ...[normaliseLoginId(query), address, query].map(prefix),
  );
}

/** A pattern for whatever begins with this text, in which nothing is a wildcard. */
function prefix(text: string): string {
  return `${text.replace(/[\\%_]/g, '\\$&')}%`;
}
