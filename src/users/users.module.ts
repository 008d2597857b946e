import { Module } from '@nestjs/common';
import { MemberSearchRepository } from './member-search.repository.js';
import { MembersRepository } from './members.repository.js';

/** Who a member is. */
@Module({
  providers: [MembersRepository, MemberSearchRepository],
  exports: [MembersRepository, MemberSearchRepository],
})
export class UsersModule {}
