import { Injectable } from '@nestjs/common';
import type { DocumentVersion } from '../../platform/consents/consent-documents.js';
import { Database } from '../../platform/database/database.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import type { MemberPrincipal } from '../../platform/http/principal.js';
import { DomainError } from '../../platform/http/problems/domain-error.js';
import { isVisibleLine } from '../../platform/http/validation/text-checks.js';
import { documentResponse } from '../../security/consents/consents.dto.js';
import { ConsentsService } from '../../security/consents/consents.service.js';
import { MemberWritesService } from '../../sessions/member-writes.service.js';
import type { OwnConsentResponse } from './own-consents.dto.js';

/** Lists what a member agrees to, gives and withdraws consents. */
@Injectable()
export class OwnConsentsService {
  constructor(
    private readonly database: Database,
    private readonly writes: MemberWritesService,
    private readonly consents: ConsentsService,
  ) {}

  /** The documents in force and those to come, which a member sees before they count. */
  async list(memberId: string, context: ClientContext): Promise<OwnConsentResponse[]> {
    const states = await this.consents.listStates(this.database, memberId, context);
    return states.map(({ document, givenAt }) => ({
      ...documentResponse(document),
      given: givenAt !== null,
      givenAt,
    }));
  }

  /** @throws DomainError `session_ended`, `validation_failed` */
  async give(principal: MemberPrincipal, sent: readonly DocumentVersion[], context: ClientContext): Promise<void> {
    const given = this.consents.read(sent, context) ?? [];
    await this.database.transaction(async (tx) => {
      await this.writes.asMember(tx, principal);
      await this.consents.give(tx, principal, given, context);
    });
  }

  /**
   * @throws DomainError `session_ended`; `consent_required` for a document that membership needs;
   * `not_found`
   */
  async withdraw(principal: MemberPrincipal, documentId: string, context: ClientContext): Promise<void> {
    // No document has such an id, and PostgreSQL refuses a NUL.
    if (!isVisibleLine(documentId, 255)) throw new DomainError('not_found', { detail: 'no id of a document' });
    await this.database.transaction(async (tx) => {
      await this.writes.asMember(tx, principal);
      await this.consents.withdraw(tx, principal, documentId, context);
    });
  }
}
