import { Module } from '@nestjs/common';
import { AuditModule } from '../security/audit-log/audit.module.js';
import { MeController } from '../account/profile/profile.controller.js';
import { MemberSearchRepository } from './member-search.repository.js';
import { MembersRepository } from './members.repository.js';
import { ProfileService } from '../account/profile/profile.service.js';

/** Who a member is. */
@Module({
  imports: [AuditModule],
  controllers: [MeController],
  providers: [MembersRepository, MemberSearchRepository, ProfileService],
  exports: [MembersRepository, MemberSearchRepository],
})
export class UsersModule {}
