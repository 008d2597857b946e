import { Injectable } from '@nestjs/common';
import { ViewAuditService } from '../../mfa/administrators/view-audit.service.js';
import { Database } from '../../platform/database/database.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import { isApiKey, type Principal } from '../../platform/http/principal.js';
import { EmailChangesRepository } from '../../users/email-changes.repository.js';
import { MemberSearchRepository } from '../../users/member-search.repository.js';
import { MembersRepository } from '../../users/members.repository.js';
import { canonicalIdentifier } from '../login/canonical-identifier.js';
import type { LoginFinding } from './login-finding.js';
import { MemberFactsService } from './member-facts.service.js';
import { memberFindings, withoutFactorRemoval } from './member-findings.js';
import { StrangerFactsService } from './stranger-facts.service.js';
import { strangerFindings } from './stranger-findings.js';
import { withVisibleParams } from './visible-params.js';

/** Why a person cannot log in. */
export interface LoginDiagnosis {
  /** Null where no member has the identifier. */
  readonly memberId: string | null;
  /** At least one, the most decisive first. */
  readonly findings: readonly LoginFinding[];
}

/**
 * Answers why a person cannot log in, from the state of the account (AC-02). Reads only, apart from
 * the audit row about the view.
 */
@Injectable()
export class LoginDiagnosisService {
  constructor(
    private readonly database: Database,
    private readonly members: MembersRepository,
    private readonly search: MemberSearchRepository,
    private readonly emailChanges: EmailChangesRepository,
    private readonly memberFacts: MemberFactsService,
    private readonly strangerFacts: StrangerFactsService,
    private readonly views: ViewAuditService,
  ) {}

  /** @param identifier as a person types it to log in: login ID or address */
  async diagnose(admin: Principal, identifier: string, context: ClientContext): Promise<LoginDiagnosis> {
    const key = canonicalIdentifier(identifier);
    if (key === null) return { memberId: null, findings: [{ code: 'identifier_malformed' }] };
    const candidate = await this.members.findCandidate(key);
    const isUnproven = candidate?.status === 'unproven';
    if (candidate !== null && !isUnproven) return this.diagnoseMember(admin, key, candidate.id, [], context);
    const former = await this.findFormerHolder(key);
    if (former !== null) return this.diagnoseMember(admin, key, former, [{ code: 'address_changed' }], context);
    return this.diagnoseStranger(admin, key, isUnproven ? candidate.id : null, context);
  }

  private async diagnoseMember(
    admin: Principal,
    key: string,
    id: string,
    before: readonly LoginFinding[],
    context: ClientContext,
  ): Promise<LoginDiagnosis> {
    const member = await this.search.find(id);
    if (member === null) return this.diagnoseStranger(admin, key, null, context); // erased a moment ago
    const own = !isApiKey(admin) && admin.memberId === id;
    const found = memberFindings(await this.memberFacts.read(member));
    const findings = [...before, ...(own ? withoutFactorRemoval(found) : found)];
    await this.views.record(admin, id, 'login-diagnosis', context);
    return { memberId: id, findings: withVisibleParams(findings, admin) };
  }

  private async diagnoseStranger(
    admin: Principal,
    key: string,
    claimId: string | null,
    context: ClientContext,
  ): Promise<LoginDiagnosis> {
    const findings = strangerFindings(await this.strangerFacts.read(key, claimId));
    await this.views.recordLookUp(admin, key, context);
    return { memberId: null, findings: withVisibleParams(findings, admin) };
  }

  /** The member who had this address until a change that can still be undone. */
  private async findFormerHolder(key: string): Promise<string | null> {
    if (!key.includes('@')) return null;
    return (await this.emailChanges.findHolder(this.database, key))?.id ?? null;
  }
}
