import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { AppConfig } from '../../../platform/config/app-config.js';
import { Database } from '../../../platform/database/database.js';
import type { ClientContext } from '../../../platform/http/client-context.js';
import { DomainError } from '../../../platform/http/problems/domain-error.js';
import { AuditLogService } from '../../../security/audit-log/audit-log.service.js';
import { hashOwner } from '../../../security/passwords/fair-shares.js';
import { PasswordsService } from '../../../security/passwords/passwords.service.js';
import { ImportJournalRepository } from '../../../users/imports/import-journal.repository.js';
import { ImportedClaimsRepository } from '../../../users/imports/imported-claims.repository.js';
import { makeLoginId, readProfile, type ImportedProfile } from '../../../users/imports/imported-profile.js';
import { MembersRepository, type LoginCandidate } from '../../../users/members.repository.js';
import type { LoginCredentials } from '../login-credentials.js';
import type { ForeignAccount } from './import-hook.js';

/** Makes members of accounts whose password the old system has checked. */
@Injectable()
export class ForeignAccountsService {
  constructor(
    private readonly config: AppConfig,
    private readonly database: Database,
    private readonly members: MembersRepository,
    private readonly journal: ImportJournalRepository,
    private readonly claims: ImportedClaimsRepository,
    private readonly passwords: PasswordsService,
    private readonly auditLog: AuditLogService,
  ) {}

  /**
   * Makes a member of the account, or an imported claim where its address is not proven (IM-18). Each
   * account is imported once. Where a member has the address already, the password must be that
   * member's: a password that only the old system accepts opens no account that exists here (IM-31).
   * @returns the member or claim, or the reason why the account cannot log in
   * @throws DomainError `overloaded`
   */
  async becomeMember(
    account: ForeignAccount,
    { password }: LoginCredentials,
    context: ClientContext,
  ): Promise<LoginCandidate | string> {
    const profile = readProfile(account, { source: account.source, defaultLocale: this.config.defaultLocale });
    if (typeof profile === 'string') return profile;
    const owner = hashOwner(context, profile.emailKey);
    const passwordHash = await this.passwords.rehash(password, { owner });
    const newId = await this.insert(profile, account, passwordHash, context);
    const member = await this.members.findCandidate(profile.emailKey);
    if (member === null)
      return 'it was imported before (its member was erased or its claim expired), or another member can go back to its mail address';
    if (member.id === newId || (await this.passwords.verify(member.passwordHash, password, { owner }))) return member;
    return 'a member has its mail address, with another password';
  }

  /**
   * @returns the id of the new member or claim; null where the account was imported before, also a
   * moment ago by another request, or where its address is taken
   */
  private async insert(
    profile: ImportedProfile,
    account: ForeignAccount,
    passwordHash: string,
    context: ClientContext,
  ): Promise<string | null> {
    try {
      return await this.database.transaction(async (tx) => {
        if (!(await this.journal.add(tx, profile.rowKey, account.source))) return null;
        if (!account.emailVerified) return this.claims.insert(tx, { ...profile, passwordHash });
        const memberId = await this.members.insert(tx, { ...profile, passwordHash, joinedAt: profile.createdAt });
        await this.auditLog.record(tx, 'member.imported', { memberId, context }, {});
        return memberId;
      });
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      if (error.code === 'email_taken') return null;
      if (error.code !== 'login_id_taken') throw error;
      // Another account has the login ID. The owner of this one logs in by address. Who knows the account
      // can compute a generated login ID and take it, so the next one is random.
      const key = profile.loginIdGenerated ? randomBytes(32) : profile.rowKey;
      const loginId = makeLoginId(profile.emailKey, key);
      return this.insert({ ...profile, loginId, loginIdGenerated: true }, account, passwordHash, context);
    }
  }
}
