import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { EventConsumersRepository } from '../events/log/event-consumers.repository.js';
import { digest } from '../../platform/crypto/digest.js';
import type { Tx } from '../../platform/database/sql.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import type { ApiKeyScope } from '../../platform/http/principal.js';
import { DomainError } from '../../platform/http/problems/domain-error.js';
import { AuditLogService } from '../audit-log/audit-log.service.js';
import { makeApiKey } from './api-key-text.js';
import { ApiKeysRepository } from './api-keys.repository.js';

/** What the creator of a key decides. */
export interface ApiKeyRequest {
  readonly name: string;
  readonly scopes: readonly ApiKeyScope[];
  readonly expiresAt: Date | null;
  /** Ranges in CIDR notation; empty for every address. */
  readonly addresses: readonly string[];
}

/** A key with the secret that is shown this once. */
export interface IssuedApiKey {
  readonly id: string;
  readonly key: string;
}

/**
 * Issues, rotates and revokes API keys, each with its audit row. The door and the command line share
 * it; they decide who may.
 */
@Injectable()
export class ApiKeyIssuingService {
  constructor(
    private readonly keys: ApiKeysRepository,
    private readonly auditLog: AuditLogService,
    private readonly eventConsumers: EventConsumersRepository,
  ) {}

  async create(tx: Tx, request: ApiKeyRequest, context: ClientContext): Promise<IssuedApiKey> {
    const { name, scopes, expiresAt, addresses } = request;
    const id = randomUUID();
    const { key, secret } = makeApiKey(id);
    await this.keys.insert(tx, {
      ...{ id, name, scopes: [...scopes], expiresAt, addresses: [...addresses] },
      digest: digest(secret),
      createdBy: context.actorId ?? null,
    });
    if (scopes.includes('events:read')) await this.eventConsumers.add(tx, { kind: 'api-key', id });
    await this.auditLog.record(tx, 'api-key.created', { context }, { apiKey: id, name, scopes });
    return { id, key };
  }

  /**
   * Adds a secret and ends the one before the last: two live at once.
   * @throws DomainError `not_found`
   */
  async rotate(tx: Tx, id: string, context: ClientContext): Promise<IssuedApiKey> {
    const { key, secret } = makeApiKey(id);
    const name = await this.keys.rotate(tx, id, digest(secret));
    if (name === null) throw new DomainError('not_found', { detail: 'no such key, or it has ended' });
    await this.auditLog.record(tx, 'api-key.rotated', { context }, { apiKey: id, name });
    return { id, key };
  }

  /** @throws DomainError `not_found` */
  async revoke(tx: Tx, id: string, context: ClientContext): Promise<void> {
    const name = await this.keys.revoke(tx, id);
    if (name === null) throw new DomainError('not_found', { detail: 'no such key, or it is revoked' });
    await this.eventConsumers.remove(tx, { kind: 'api-key', id });
    await this.auditLog.record(tx, 'api-key.revoked', { context }, { apiKey: id, name });
  }
}
