import type { ConsentDocument, ConsentDocuments, DocumentVersion } from '../../platform/consents/consent-documents.js';
import type { Clock } from '../../platform/database/clock.js';
import type { Sql, Tx } from '../../platform/database/sql.js';
import { languagesOf, type ClientContext } from '../../platform/http/client-context.js';
import { DomainError } from '../../platform/http/problems/domain-error.js';

import { ConsentsRepository, type ConsentEntry, type GivenConsent } from '../../users/consents/consents.repository.js';
import type { AuditLogService } from '../audit-log/audit-log.service.js';

/** Whose consent it is, and the session in which it is given or withdrawn. */
export interface ConsentSubject {
  readonly memberId: string;
  readonly sessionId?: string;
}

/** A document, and since when the member agrees to it; null if not. */
export interface ConsentState {
  readonly document: ConsentDocument;
  readonly givenAt: Date | null;
}

/** Records consents and their withdrawal. Loaded only where CONSENTS is set. */
export class ConsentLedger {
  private readonly repository = new ConsentsRepository();

  constructor(
    private readonly documents: ConsentDocuments,
    private readonly clock: Clock,
    private readonly auditLog: AuditLogService,
  ) {}

  /**
   * Adds the document's language and hash, the time and the client's address to each consent that
   * the client sent.
   * @throws DomainError `validation_failed` for a document that is unknown or was replaced
   */
  read(sent: readonly DocumentVersion[], context: ClientContext): GivenConsent[] {
    const now = this.clock.now();
    const languages = languagesOf(context);
    const given = new Map<string, GivenConsent>();
    for (const [index, one] of sent.entries()) {
      const document = this.documents.findAcceptable(one, now, languages);
      if (document === undefined)
        throw new DomainError('validation_failed', {
          fields: [{ field: `consents.${index}`, code: 'consent_unknown' }],
        });
      const { id, version, language, hash } = document;
      given.set(`${id} ${version}`, {
        id,
        version,
        language,
        hash,
        at: new Date(now * 1000).toISOString(),
        ip: context.ip,
      });
    }
    return [...given.values()];
  }

  /** @throws DomainError `consent_required` unless `given` covers every required document in force (CO-01) */
  checkComplete(given: readonly DocumentVersion[]): void {
    const missing = this.documents.listMissing(given, this.clock.now(), []);
    if (missing.length > 0)
      throw new DomainError('consent_required', {
        fields: missing.map(({ id }) => ({ field: `consents.${id}`, code: 'required' })),
      });
  }

  /** Needs the member's lock. */
  async give(
    tx: Tx,
    { memberId, sessionId }: ConsentSubject,
    consents: readonly GivenConsent[],
    context: ClientContext,
  ): Promise<void> {
    if (consents.length === 0) return;
    // A sign-up and its confirmation may hold the same consent: the earlier one counts.
    const first = new Map(consents.toReversed().map((consent) => [`${consent.id} ${consent.version}`, consent]));
    const distinct = consents.filter((consent) => first.get(`${consent.id} ${consent.version}`) === consent);
    for (const { id: document, version } of await this.repository.give(tx, memberId, distinct))
      await this.auditLog.record(tx, 'consent.given', { memberId, sessionId, context }, { document, version });
  }

  /**
   * Needs the member's lock.
   * @throws DomainError `consent_required` for a document that membership needs; `not_found`
   */
  async withdraw(
    tx: Tx,
    { memberId, sessionId }: ConsentSubject,
    documentId: string,
    context: ClientContext,
  ): Promise<void> {
    const inForce = this.documents.listInForce(this.clock.now(), []);
    if (inForce.some(({ id, required }) => id === documentId && required))
      throw new DomainError('consent_required', { detail: `${documentId} cannot be withdrawn` });
    const version = await this.repository.withdraw(tx, memberId, documentId, context.ip);
    if (version === null) throw new DomainError('not_found', { detail: 'no such consent' });
    await this.auditLog.record(
      tx,
      'consent.withdrawn',
      { memberId, sessionId, context },
      { document: documentId, version },
    );
  }

  /** The required documents in force that the member has still to agree to. */
  async listMissing(sql: Sql, memberId: string, context: ClientContext): Promise<ConsentDocument[]> {
    const given = await this.repository.listGiven(sql, memberId);
    return this.documents.listMissing(given, this.clock.now(), languagesOf(context));
  }

  /** The documents in force, then those to come. Both parts are in the order of the file. */
  async listStates(sql: Sql, memberId: string, context: ClientContext): Promise<ConsentState[]> {
    const now = this.clock.now();
    const languages = languagesOf(context);
    const entries = await this.repository.list(sql, memberId);
    const documents = [...this.documents.listInForce(now, languages), ...this.documents.listUpcoming(now, languages)];
    return documents.map((document) => {
      const own = entries.filter(({ id }) => id === document.id);
      // A withdrawal ends the consent to every version.
      const current = own.slice(own.findLastIndex(({ action }) => action === 'withdrawn') + 1);
      const given = current.find(({ version, action }) => version === document.version && action === 'given');
      return { document, givenAt: given?.at ?? null };
    });
  }

  async listGiven(sql: Sql, memberId: string): Promise<DocumentVersion[]> {
    return this.repository.listGiven(sql, memberId);
  }

  async list(sql: Sql, memberId: string): Promise<ConsentEntry[]> {
    return this.repository.list(sql, memberId);
  }
}
