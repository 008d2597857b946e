import { Injectable } from '@nestjs/common';
import type { Role } from '../platform/http/principal.js';
import { parseEmailAddress } from '../platform/addresses/email-address.js';
import { normaliseLoginId } from './login-id.js';
import { Database } from '../platform/database/database.js';
import { ReadReplica } from '../platform/database/read-replica.js';
import { Conditions, microsOf, type PagePosition } from '../platform/database/page.js';
import { Member, type MemberStatus } from './member.entity.js';

/** The columns of a member that lists show. Secret columns are not read. */
export type MemberRow = Pick<
  Member,
  'id' | 'loginId' | 'email' | 'name' | 'locale' | 'role' | 'status' | 'mustChangePassword' | 'createdAt' | 'closedAt'
>;

/** As {@link MemberRow}, with what only the view of one member shows. */
export type MemberDetailsRow = MemberRow & Pick<Member, 'attributes'> & { readonly hasPassword: boolean };

export interface MemberFilter {
  /** The beginning of a login ID, a mail address or a name; or an id. */
  readonly query?: string | undefined;
  readonly status?: MemberStatus | undefined;
  readonly role?: Role | undefined;
}

const ROW = {
  ...{ id: true, loginId: true, email: true, name: true, locale: true, role: true, status: true },
  ...{ mustChangePassword: true, createdAt: true, closedAt: true },
} as const satisfies Record<keyof MemberRow, true>;

const COLUMNS = `id, login_id AS "loginId", email, name, locale, role, status, must_change_password AS "mustChangePassword",
  created_at AS "createdAt", closed_at AS "closedAt"`;

/**
 * Searches the table `members` for administrators. The list is SQL, although a cold path: it is
 * written for large tables, each search has its index (migration 1764600000000), and a test checks
 * the plans. A single member is read by TypeORM.
 */
@Injectable()
export class MemberSearchRepository {
  constructor(
    private readonly database: Database,
    private readonly replica: ReadReplica,
  ) {}

  async exists(id: string): Promise<boolean> {
    return this.database.manager.existsBy(Member, { id });
  }

  async find(id: string): Promise<MemberDetailsRow | null> {
    const select = { ...ROW, attributes: true, passwordHash: true };
    const member = await this.database.manager.findOne(Member, { select, where: { id } });
    if (!member) return null;
    const { passwordHash, ...row } = member;
    return { ...row, hasPassword: passwordHash !== null };
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

/** The statement of a list, separate so that a test can check its plan. */
export function memberListStatement(
  { query, status, role }: MemberFilter,
  limit: number,
  after: PagePosition | null,
): { text: string; values: unknown[] } {
  const conditions = new Conditions();
  if (query !== undefined) addSearch(conditions, query);
  conditions.addIfDefined('status = $', status).addIfDefined('role = $', role).addAfter(after, 'created_at', 'uuid');
  const limitAt = conditions.values.push(limit);
  return {
    text: `SELECT ${COLUMNS}, ${microsOf('created_at')} AS micros FROM members ${conditions.where}
       ORDER BY created_at DESC, id DESC LIMIT $${limitAt}`,
    values: conditions.values,
  };
}

function addSearch(conditions: Conditions, query: string): void {
  if (UUID.test(query)) {
    conditions.add('id = $::uuid', query);
    return;
  }
  // A complete address is searched in its canonical form, the beginning of one in lower case.
  const address = parseEmailAddress(query)?.key ?? query.toLowerCase();
  if (query.includes('@')) {
    conditions.add('email_key LIKE $', prefix(address));
    return;
  }
  conditions.add(
    '(login_id LIKE $ OR email_key LIKE $ OR lower(name) LIKE lower($))',
    ...[normaliseLoginId(query), address, query.normalize('NFC')].map(prefix), // as names are stored
  );
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** A LIKE pattern for text that begins with this one; its own wildcards are escaped. */
function prefix(text: string): string {
  return `${text.replace(/[\\%_]/g, '\\$&')}%`;
}
