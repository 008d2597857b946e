import { Injectable } from '@nestjs/common';
import type { Principal } from '../../platform/http/principal.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import { CountryLookup } from '../../platform/geoip/country-lookup.service.js';
import { Database } from '../../platform/database/database.js';
import { DomainError } from '../../platform/http/problems/domain-error.js';
import { SessionsService } from '../../sessions/sessions.service.js';
import { summariseUserAgent, type UserAgentSummary } from '../../sessions/user-agent.js';

/** A session as its owner sees it. */
export interface OwnSession extends UserAgentSummary {
  readonly id: string;
  readonly deviceName: string | null;
  readonly ip: string;
  readonly country: string | null;
  readonly createdAt: Date;
  readonly lastUsedAt: Date;
  readonly current: boolean;
}

/** A member looks at and ends their own sessions, and nobody else's. */
@Injectable()
export class OwnSessionsService {
  constructor(
    private readonly database: Database,
    private readonly sessions: SessionsService,
    private readonly countries: CountryLookup,
  ) {}

  async list({ memberId, sessionId }: Principal): Promise<OwnSession[]> {
    const rows = await this.sessions.list(memberId);
    return rows.map(({ userAgent, ...row }) => ({
      ...row,
      ...summariseUserAgent(userAgent),
      country: this.countries.of(row.ip),
      current: row.id === sessionId,
    }));
  }

  /** @throws DomainError `reauth_required`; `not_found`, for somebody else's session just as for none */
  async end({ memberId, sessionId }: Principal, id: string, context: ClientContext): Promise<void> {
    // Ending the session that asks is a logout, and needs nothing.
    if (id !== sessionId) await this.requireRecentLogin(sessionId);
    if (!(await this.sessions.end(memberId, id, 'ended-by-member', context)))
      throw new DomainError('not_found', { detail: 'not a live session of this member' });
  }

  /** @throws DomainError `reauth_required` */
  async endAll({ memberId, sessionId }: Principal, includeCurrent: boolean, context: ClientContext): Promise<void> {
    await this.requireRecentLogin(sessionId);
    await this.database.transaction((tx) =>
      this.sessions.endAll(tx, memberId, 'ended-by-member', context, includeCurrent ? undefined : sessionId),
    );
  }

  /** A stolen session must not be able to put its owner out (ASVS 7.5.2). */
  private async requireRecentLogin(sessionId: string): Promise<void> {
    if (!(await this.sessions.isFresh(sessionId))) throw new DomainError('reauth_required');
  }
}
