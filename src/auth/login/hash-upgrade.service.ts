import { Injectable, Logger } from '@nestjs/common';
import type { ClientContext } from '../../platform/http/client-context.js';
import { RepeatedFailure } from '../../platform/logging/repeated-failure.js';
import { hashOwner } from '../../security/passwords/fair-shares.js';
import { PasswordsService } from '../../security/passwords/passwords.service.js';
import { MembersRepository, type LoginCandidate } from '../../users/members.repository.js';

/** Replaces hashes that are weaker than today's settings. */
@Injectable()
export class HashUpgradeService {
  private readonly logger = new Logger(HashUpgradeService.name);
  private readonly failure = new RepeatedFailure('a weak password hash stays', (line) => this.logger.warn(line));

  constructor(
    private readonly members: MembersRepository,
    private readonly passwords: PasswordsService,
  ) {}

  /**
   * Hashes the password again where its hash is weak. Call it only after a login was accepted. Before
   * a refusal, three things would show that the password was right (EN-05): the time of the second
   * hash, a full hash queue, and the time that the new hash takes at later logins. Never throws,
   * because the member's tokens are already issued. After a failure, the next login tries again.
   */
  async upgrade(
    { id, passwordHash, passwordVersion }: LoginCandidate,
    password: string,
    context: ClientContext,
  ): Promise<void> {
    if (passwordHash === null || !this.passwords.needsRehash(passwordHash)) return;
    try {
      const strongHash = await this.passwords.rehash(password, { owner: hashOwner(context, id) });
      // Changes nothing where the password was changed after it was compared.
      await this.members.upgradeHash(id, passwordVersion, strongHash);
      this.failure.clear();
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      this.failure.record(code ?? message);
    }
  }
}
