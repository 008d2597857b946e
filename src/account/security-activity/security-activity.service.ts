import { Injectable } from '@nestjs/common';
import { MemberAttributes } from '../../platform/attributes/member-attributes.js';
import { CountryLookup } from '../../platform/geoip/country-lookup.service.js';
import { DomainError } from '../../platform/http/problems/domain-error.js';
import { SecurityEventsRepository } from '../../security/audit-log/security-events.repository.js';
import { summariseUserAgent } from '../../sessions/user-agent.js';
import { withoutHiddenAttributes } from '../../users/shown-changes.js';

/** One entry of a member's security activity. */
export interface SecurityActivityEntry {
  readonly id: string;
  readonly type: string;
  readonly at: Date;
  /**
   * Whether an administrator, an API key or a command of the operator caused the event. If not, the
   * member, an attacker or a notice of a provider did.
   */
  readonly byAdmin: boolean;
  /** Empty if {@link byAdmin}. */
  readonly ip: string;
  readonly country: string | null;
  readonly userAgent: string;
  readonly browser: string | null;
  readonly os: string | null;
  readonly sessionId: string | null;
  readonly details: Record<string, unknown>;
}

export interface SecurityActivityPage {
  readonly items: SecurityActivityEntry[];
  readonly nextCursor: string | null;
}

/** Lists the security events of a member's account: what happened, when and from where. */
@Injectable()
export class SecurityActivityService {
  constructor(
    private readonly events: SecurityEventsRepository,
    private readonly countries: CountryLookup,
    private readonly attributes: MemberAttributes,
  ) {}

  /**
   * Lists the events, newest first. A page may be shorter than the limit although another page follows.
   * @throws DomainError `validation_failed` for an invalid cursor
   */
  async list(memberId: string, limit: number, cursor: string | undefined): Promise<SecurityActivityPage> {
    // One row more than the limit shows whether there is a next page.
    const rows = await this.events.listOfMember(memberId, limit + 1, cursor === undefined ? null : idIn(cursor));
    const page = rows.slice(0, limit);
    const items = withoutHiddenAttributes(page, this.attributes).map(
      ({ id, type, at, ip, userAgent, sessionId, details, actorId, apiKeyId }) => {
        // Commands of the operator have no address, but a user agent. Notices of providers have neither.
        const byAdmin = actorId !== null || apiKeyId !== null || (ip === '' && userAgent !== '');
        // The address of an administrator or a server is not shown to members.
        const origin = byAdmin
          ? { ip: '', country: null, userAgent: '' }
          : { ip, country: this.countries.of(ip), userAgent };
        const device = summariseUserAgent(origin.userAgent);
        // A reason that is meant for the member is in the mail to the member. The reason of a view may be
        // meant for administrators only.
        const { auditReason: _, ...shown } = details;
        return { id, type, at, byAdmin, ...origin, ...device, sessionId, details: shown };
      },
    );
    // The cursor names the last event that was read, also if it is hidden. Otherwise a page of hidden
    // events would end the list.
    const last = page.at(-1);
    return { items, nextCursor: rows.length > limit && last ? Buffer.from(last.id).toString('base64url') : null };
  }
}

function idIn(cursor: string): string {
  const id = Buffer.from(cursor, 'base64url').toString('utf8');
  if (!/^[1-9]\d{0,17}$/.test(id))
    throw new DomainError('validation_failed', { fields: [{ field: 'cursor', code: 'invalid_characters' }] });
  return id;
}
