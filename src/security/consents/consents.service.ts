import { Injectable, type OnModuleInit } from '@nestjs/common';
import {
  ConsentDocuments,
  type ConsentDocument,
  type DocumentVersion,
} from '../../platform/consents/consent-documents.js';
import { Clock } from '../../platform/database/clock.js';
import type { Sql, Tx } from '../../platform/database/sql.js';
import { languagesOf, type ClientContext } from '../../platform/http/client-context.js';
import { DomainError } from '../../platform/http/problems/domain-error.js';

import type { GivenConsent } from '../../users/consents/consents.repository.js';
import { AuditLogService } from '../audit-log/audit-log.service.js';
import type { ConsentLedger, ConsentState, ConsentSubject } from './consent-ledger.js';

interface NewMemberConsents {
  readonly consents: readonly GivenConsent[] | null;
  readonly sentConsents?: readonly DocumentVersion[] | undefined;
}

/** What members agree to. Without CONSENTS it loads nothing, queries nothing and demands nothing. */
@Injectable()
export class ConsentsService implements OnModuleInit {
  private ledger: ConsentLedger | null = null;

  constructor(
    private readonly documents: ConsentDocuments,
    private readonly clock: Clock,
    private readonly auditLog: AuditLogService,
  ) {}

  async onModuleInit(): Promise<void> {
    if (!this.documents.isDeclared) return;
    const { ConsentLedger } = await import('./consent-ledger.js');
    this.ledger = new ConsentLedger(this.documents, this.clock, this.auditLog);
  }

  /** The documents in force now. */
  listInForce(context: ClientContext): ConsentDocument[] {
    return this.documents.listInForce(this.clock.now(), languagesOf(context));
  }

  /**
   * Reads the consents of a sign-up: they have to cover every required document.
   * @returns null where none are declared
   * @throws DomainError `consent_required`; `validation_failed` for a document that is unknown or was replaced
   */
  readSignUp(sent: readonly DocumentVersion[], context: ClientContext): GivenConsent[] | null {
    const given = this.read(sent, context);
    this.ledger?.checkComplete(given ?? []);
    return given;
  }

  /**
   * As {@link readSignUp}, but some required documents may be missing.
   * @throws DomainError `validation_failed`
   */
  read(sent: readonly DocumentVersion[], context: ClientContext): GivenConsent[] | null {
    if (this.ledger !== null) return this.ledger.read(sent, context);
    // As before consents existed: the field is unknown.
    if (sent.length > 0)
      throw new DomainError('validation_failed', { fields: [{ field: 'consents', code: 'unknown_field' }] });
    return null;
  }

  /**
   * Writes the consents of a sign-up into the ledger, in the transaction that makes its member.
   * @param consents those of the claim
   * @param sentConsents those that the client sent with the proof of the mailbox
   * @throws DomainError `consent_required` where a version came into force since; `validation_failed`
   */
  async recordNewMember(
    tx: Tx,
    memberId: string,
    { consents, sentConsents = [] }: NewMemberConsents,
    context: ClientContext,
  ): Promise<void> {
    const sent = this.read(sentConsents, context);
    if (this.ledger === null) return;
    const given = [...(consents ?? []), ...(sent ?? [])];
    this.ledger.checkComplete(given);
    await this.ledger.give(tx, { memberId }, given, context);
  }

  /**
   * Checks that a member who adds these consents has agreed to every required document. Needs the
   * member's lock.
   * @throws DomainError `consent_required`
   */
  async checkAdded(tx: Tx, memberId: string, added: readonly GivenConsent[]): Promise<void> {
    if (this.ledger === null) return;
    this.ledger.checkComplete([...(await this.ledger.listGiven(tx, memberId)), ...added]);
  }

  /** @param subject whose consents they are, and the session that gives them. Needs the member's lock. */
  async give(tx: Tx, subject: ConsentSubject, given: readonly GivenConsent[], context: ClientContext): Promise<void> {
    await this.ledger?.give(tx, subject, given, context);
  }

  /**
   * Needs the member's lock.
   * @throws DomainError `consent_required` for a document that membership needs; `not_found`
   */
  async withdraw(tx: Tx, subject: ConsentSubject, documentId: string, context: ClientContext): Promise<void> {
    if (this.ledger === null) throw new DomainError('not_found', { detail: 'no documents are declared' });
    await this.ledger.withdraw(tx, subject, documentId, context);
  }

  /** The documents in force and to come, and since when the member agrees to each. */
  async listStates(sql: Sql, memberId: string, context: ClientContext): Promise<ConsentState[]> {
    return this.ledger === null ? [] : this.ledger.listStates(sql, memberId, context);
  }

  /**
   * The required documents in force that the member must still agree to. Makes no query where no
   * documents are declared.
   */
  async listMissing(sql: Sql, memberId: string, context: ClientContext): Promise<ConsentDocument[]> {
    return this.ledger === null ? [] : this.ledger.listMissing(sql, memberId, context);
  }
}
