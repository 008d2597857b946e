import { Module } from '@nestjs/common';
import { AccountErasureRepository } from './account-erasure.repository.js';
import { EmailChangesRepository } from './email-changes.repository.js';
import { MemberExportService } from './export/member-export.service.js';
import { MemberRecordsRepository } from './export/member-records.repository.js';
import { IdentitiesRepository } from './identities/identities.repository.js';
import { ImportedClaimsRepository } from './imports/imported-claims.repository.js';
import { ImportJournalRepository } from './imports/import-journal.repository.js';
import { LoginIdsRepository } from './login-ids.repository.js';
import { LegacyHashKindsRepository } from './legacy-hash-kinds.repository.js';
import { MemberAdministrationRepository } from './member-administration.repository.js';
import { MemberAttributesRepository } from './member-attributes.repository.js';
import { MemberSearchRepository } from './member-search.repository.js';
import { MemberSnapshotsRepository } from './member-snapshots.repository.js';
import { MembersRepository } from './members.repository.js';

const repositories = [
  MemberSnapshotsRepository,
  MembersRepository,
  MemberAttributesRepository,
  MemberAdministrationRepository,
  MemberSearchRepository,
  AccountErasureRepository,
  EmailChangesRepository,
  LegacyHashKindsRepository,
  IdentitiesRepository,
  ImportJournalRepository,
  ImportedClaimsRepository,
  LoginIdsRepository,
];

/** The members: their login data, profile, role and status. */
@Module({
  providers: [...repositories, MemberRecordsRepository, MemberExportService],
  exports: [...repositories, MemberExportService],
})
export class UsersModule {}
