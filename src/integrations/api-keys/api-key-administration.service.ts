import { Injectable } from '@nestjs/common';
import { adminContext } from '../../platform/http/administration/admin-context.js';
import { AdminWritesService } from '../../mfa/administrators/admin-writes.service.js';
import { Database } from '../../platform/database/database.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import { PageCursors, type Page } from '../../platform/http/page-cursors.js';
import type { MemberPrincipal } from '../../platform/http/principal.js';
import { DomainError } from '../../platform/http/problems/domain-error.js';
import {
  ApiKeyIssuingService,
  type ApiKeyRequest,
  type IssuedApiKey,
} from '../../security/api-keys/api-key-issuing.service.js';
import { ApiKeysRepository, type ListedApiKey } from '../../security/api-keys/api-keys.repository.js';

/** Lets administrators create, list, rotate and revoke API keys. */
@Injectable()
export class ApiKeyAdministrationService {
  constructor(
    private readonly database: Database,
    private readonly writes: AdminWritesService,
    private readonly keys: ApiKeysRepository,
    private readonly issuing: ApiKeyIssuingService,
    private readonly cursors: PageCursors,
  ) {}

  /** @throws DomainError `validation_failed` for an end that has passed */
  async create(admin: MemberPrincipal, request: ApiKeyRequest, context: ClientContext): Promise<IssuedApiKey> {
    if (request.expiresAt !== null && request.expiresAt.getTime() <= Date.now())
      throw new DomainError('validation_failed', {
        fields: [{ field: 'expiresAt', code: 'invalid_value', params: { allowed: '> now' } }],
      });
    return this.database.transaction(async (tx) => {
      await this.writes.asAdministrator(tx, admin);
      return this.issuing.create(tx, request, adminContext(admin, context));
    });
  }

  /** Lists keys, newest first. @throws DomainError `validation_failed` for an invalid cursor */
  async list(limit: number, cursor: string | undefined): Promise<Page<ListedApiKey>> {
    const list = { name: 'api-keys', filter: {} } as const;
    const position = this.cursors.decode(list, cursor);
    return this.cursors.paginate(list, await this.keys.list(limit + 1, position), limit);
  }

  /** @throws DomainError `not_found` */
  async rotate(admin: MemberPrincipal, id: string, context: ClientContext): Promise<IssuedApiKey> {
    return this.database.transaction(async (tx) => {
      await this.writes.asAdministrator(tx, admin);
      return this.issuing.rotate(tx, id, adminContext(admin, context));
    });
  }

  /** @throws DomainError `not_found` */
  async revoke(admin: MemberPrincipal, id: string, context: ClientContext): Promise<void> {
    await this.database.transaction(async (tx) => {
      await this.writes.asAdministrator(tx, admin);
      await this.issuing.revoke(tx, id, adminContext(admin, context));
    });
  }
}
