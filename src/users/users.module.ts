import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.js';
import { MeController } from './me.controller.js';
import { MemberSearchRepository } from './member-search.repository.js';
import { MembersRepository } from './members.repository.js';
import { ProfileService } from './profile.service.js';

/** Who a member is. */
@Module({
  imports: [AuditModule],
  controllers: [MeController],
  providers: [MembersRepository, MemberSearchRepository, ProfileService],
  exports: [MembersRepository, MemberSearchRepository],
})
export class UsersModule {}
