import { Injectable } from '@nestjs/common';
import type { SecurityEvent } from '../audit/security-event.entity.js';
import { SecurityEventsRepository, type EventFilter } from '../audit/security-events.repository.js';
import { PageCursors, type Page } from './page-cursors.js';

/** Administrators read the audit. */
@Injectable()
export class EventDirectoryService {
  constructor(
    private readonly events: SecurityEventsRepository,
    private readonly cursors: PageCursors,
  ) {}

  /** @throws DomainError `validation_failed` for a cursor that is none of ours */
  async list(filter: EventFilter, limit: number, cursor: string | undefined): Promise<Page<SecurityEvent>> {
    const after = this.cursors.read('security-events', cursor);
    return this.cursors.page('security-events', await this.events.list(filter, limit + 1, after), limit);
  }
}
