import { Injectable } from '@nestjs/common';
import type { ClientContext } from '../../platform/http/client-context.js';
import { hashOwner } from '../../security/passwords/fair-shares.js';
import { PasswordsService } from '../../security/passwords/passwords.service.js';
import { MembersRepository, type LoginCandidate } from '../../users/members.repository.js';

/** Replaces hashes that are weaker than today's settings. */
@Injectable()
export class HashUpgradeService {
  constructor(
    private readonly members: MembersRepository,
    private readonly passwords: PasswordsService,
  ) {}

  /** Hashes the password again where its hash is weak. Call it after the password matched. */
  async upgrade(
    { id, passwordHash, passwordVersion }: LoginCandidate,
    password: string,
    context: ClientContext,
  ): Promise<void> {
    if (passwordHash === null || !this.passwords.needsRehash(passwordHash)) return;
    const strongHash = await this.passwords.rehash(password, { owner: hashOwner(context, id) });
    await this.members.upgradeHash(id, passwordVersion, strongHash);
  }
}
