import { Injectable } from '@nestjs/common';
import { CountryLookup } from '../../platform/geoip/country-lookup.service.js';
import { DomainError } from '../../platform/http/problems/domain-error.js';
import { SecurityEventsRepository } from '../../security/audit-log/security-events.repository.js';

/** One thing that happened to an account, as its owner sees it. */
export interface SecurityActivityEntry {
  readonly id: string;
  readonly type: string;
  readonly at: Date;
  /** Whether an administrator did it, and not the member or somebody in the member's name. */
  readonly byAdmin: boolean;
  /** Empty for what an administrator did. */
  readonly ip: string;
  readonly country: string | null;
  readonly userAgent: string;
  readonly sessionId: string | null;
  readonly details: Record<string, unknown>;
}

export interface SecurityActivityPage {
  readonly items: SecurityActivityEntry[];
  readonly nextCursor: string | null;
}

/** What happened to a member's account: what, when, from where. */
@Injectable()
export class SecurityActivityService {
  constructor(
    private readonly events: SecurityEventsRepository,
    private readonly countries: CountryLookup,
  ) {}

  /** @throws DomainError `validation_failed` for a cursor that is none of ours */
  async list(memberId: string, limit: number, cursor: string | undefined): Promise<SecurityActivityPage> {
    // One more than asked for tells whether there is a next page.
    const rows = await this.events.listOfMember(memberId, limit + 1, cursor === undefined ? null : idIn(cursor));
    const items = rows.slice(0, limit).map(({ id, type, at, ip, userAgent, sessionId, details, actorId }) => {
      const byAdmin = actorId !== null;
      // Where administrators were is theirs to know.
      const origin = byAdmin
        ? { ip: '', country: null, userAgent: '' }
        : { ip, country: this.countries.of(ip), userAgent };
      return { id, type, at, byAdmin, ...origin, sessionId, details };
    });
    const last = items.at(-1);
    return { items, nextCursor: rows.length > limit && last ? Buffer.from(last.id).toString('base64url') : null };
  }
}

function idIn(cursor: string): string {
  const id = Buffer.from(cursor, 'base64url').toString('utf8');
  if (!/^[1-9]\d{0,17}$/.test(id))
    throw new DomainError('validation_failed', { fields: [{ field: 'cursor', code: 'invalid_characters' }] });
  return id;
}
