import { MemberAttributes } from '../../src/platform/attributes/member-attributes.js';
import { EventConsumersRepository } from '../../src/security/events/log/event-consumers.repository.js';
import { EventRecordingService } from '../../src/security/events/log/event-recording.service.js';
import { EventsRepository } from '../../src/security/events/log/events.repository.js';
import { KeyRing } from '../../src/platform/crypto/key-ring.js';
import type { Database } from '../../src/platform/database/database.js';
import { AuditLogService } from '../../src/security/audit-log/audit-log.service.js';
import { PersonDigests } from '../../src/security/audit-log/person-digests.js';
import { MemberSnapshotsRepository } from '../../src/users/member-snapshots.repository.js';
import { TEST_SECRET } from './server-environment.js';

/** The service that writes events, for tests that run without the application. */
export function makeEventRecording(database: Database): EventRecordingService {
  return new EventRecordingService(
    new MemberSnapshotsRepository(MemberAttributes.NONE),
    new EventConsumersRepository(),
    new EventsRepository(database),
  );
}

export const makeAuditLog = (database: Database): AuditLogService =>
  new AuditLogService(makeEventRecording(database), new PersonDigests(new KeyRing([TEST_SECRET])));
