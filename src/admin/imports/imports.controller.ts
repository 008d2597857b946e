import { Get } from '@nestjs/common';
import { AdminController, AdminReads } from '../../platform/http/administration/admin-controller.decorator.js';
import { ApiInteger } from '../../platform/http/integer.decorator.js';
import { ImportsService } from './imports.service.js';

export class ImportedSourceResponse {
  /** @example keycloak */
  source: string;
  @ApiInteger({ example: 1000 }) accounts: number;
  firstAt: Date;
  lastAt: Date;
}

export class ImportListResponse {
  items: ImportedSourceResponse[];
  /** Whether `munjigi import` runs now */
  running: boolean;
  /** Imported accounts whose addresses are not proven */
  @ApiInteger({ example: 0 }) unproven: number;
}

/** Shows administrators what was imported. */
@AdminController('imports')
export class ImportsController {
  constructor(private readonly imports: ImportsService) {}

  /**
   * List the sources of imported accounts
   * @remarks The last import first.
   */
  @Get()
  @AdminReads('members:read')
  async list(): Promise<ImportListResponse> {
    const { sources, isRunning, unproven } = await this.imports.list();
    return { items: sources.map((source) => ({ ...source })), running: isRunning, unproven };
  }
}
