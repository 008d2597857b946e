import type { ConsentDocument, ConsentDocuments, DocumentVersion } from '../../platform/consents/consent-documents.js';
import type { Clock } from '../../platform/database/clock.js';
import type { Sql, Tx } from '../../platform/database/sql.js';
import type { ClientContext } from '../../platform/http/client-context.js';
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
   * Completes what a client sent with the document's hash, the time and the client's address.
   * @throws DomainError `validation_failed` for a document that is unknown or was replaced
   */
  read(sent: readonly DocumentVersion[], locale: string, { ip }: ClientContext): GivenConsent[] {
    const now = this.clock.now();
    const given = new Map<string, GivenConsent>();
    for (const [index, one] of sent.entries()) {
      const document = this.documents.findAcceptable(one, now, locale);
      if (document === undefined)
        throw new DomainError('validation_failed', {
          fields: [{ field: `consents.${index}`, code: 'consent_unknown' }],
        });
      const { id, version, language, hash } = document;
      given.set(`${id} ${version}`, { id, version, language, hash, at: new Date(now * 1000).toISOString(), ip });
    }
    return [...given.values()];
  }

  /** @throws DomainError `consent_required` unless they cover every required document in force (CO-01) */
  checkComplete(given: readonly DocumentVersion[], locale: string): void {
    const missing = this.documents.listMissing(given, this.clock.now(), locale);
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
    // A claim and its confirmation may hold the same consent: the earlier one counts.
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
    const inForce = this.documents.listInForce(this.clock.now(), context.locale);
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
  async listMissing(sql: Sql, memberId: string, locale: string): Promise<ConsentDocument[]> {
    return this.documents.listMissing(await this.repository.listGiven(sql, memberId), this.clock.now(), locale);
  }

  /** The documents in force and to come, in the order of the file. */
  async listStates(sql: Sql, memberId: string, locale: string): Promise<ConsentState[]> {
    const now = this.clock.now();
    const entries = await this.repository.list(sql, memberId);
    return [...this.documents.listInForce(now, locale), ...this.documents.listUpcoming(now, locale)].map((document) => {
      const { id, version } = document;
      const own = entries.filter((entry) => entry.id === id && entry.action !== 'reminded');
      const given = own.findLast((entry) => entry.version === version && entry.action === 'given');
      const isWithdrawn = own.at(-1)?.action === 'withdrawn';
      return { document, givenAt: isWithdrawn ? null : (given?.at ?? null) };
    });
  }

  async listGiven(sql: Sql, memberId: string): Promise<DocumentVersion[]> {
    return this.repository.listGiven(sql, memberId);
  }

  async list(sql: Sql, memberId: string): Promise<ConsentEntry[]> {
    return this.repository.list(sql, memberId);
  }
}
