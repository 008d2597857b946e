import { Injectable } from '@nestjs/common';
import { ImportJournalRepository, type ImportedSource } from '../../users/imports/import-journal.repository.js';
import { ImportedClaimsRepository } from '../../users/imports/imported-claims.repository.js';

/** What was imported, and what is left to do. */
export interface Imports {
  readonly sources: readonly ImportedSource[];
  /** Whether `munjigi import` runs now. */
  readonly isRunning: boolean;
  /** Imported accounts whose addresses are not proven. */
  readonly unproven: number;
}

/** Shows administrators which accounts were imported, by `munjigi import` or at a login. Starts no import. */
@Injectable()
export class ImportsService {
  constructor(
    private readonly journal: ImportJournalRepository,
    private readonly claims: ImportedClaimsRepository,
  ) {}

  async list(): Promise<Imports> {
    const [sources, isRunning, unproven] = await Promise.all([
      this.journal.listSources(),
      this.journal.isImportRunning(),
      this.claims.count(),
    ]);
    return { sources, isRunning, unproven };
  }
}
