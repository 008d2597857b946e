import { setTimeout as delay } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { randomToken } from '../../platform/crypto/random.js';
import { AppConfig } from '../../platform/config/app-config.js';
import { HashQueue, type HashLoad, type HashSlot } from './hash-queue.js';
import { PasswordHasher } from './password-hasher.js';
import { PasswordPolicy, type PasswordOwner } from './password-policy.js';

/** Hashes and verifies passwords, never more at once than the machine bears. Never called inside a transaction. */
@Injectable()
export class PasswordsService {
  private readonly gate: HashQueue;
  /**
   * In front of the gate, twice as wide: what precedes a hash asks the database, and a core that waited for that answer would
   * stand still. So those who are next are through with it when their core is free.
   */
  private readonly door: HashQueue;
  /** Running mean of what comparing takes, waiting included. */
  private usualMs = 40;
  private dummyHash: Promise<string> | undefined;

  constructor(
    config: AppConfig,
    private readonly hasher: PasswordHasher,
    private readonly policy: PasswordPolicy,
  ) {
    this.gate = new HashQueue(config.hashConcurrency, config.hashConcurrency);
    this.door = new HashQueue(2 * config.hashConcurrency, config.env.HASH_QUEUE_LIMIT);
  }

  get load(): HashLoad {
    return { running: this.gate.load.running, waiting: this.gate.load.waiting + this.door.load.waiting };
  }

  /** Checks a new password against the policy and hashes it. @throws DomainError `validation_failed`, `password_too_common`, `overloaded` */
  async hashNew(password: string, owner: PasswordOwner, field: string): Promise<string> {
    await this.policy.check(password, owner, field);
    return this.rehash(password);
  }

  /** Hashes a password that is already in use, with today's settings. @throws DomainError `overloaded` */
  async rehash(password: string): Promise<string> {
    return this.door.run(() => this.gate.run(() => this.hasher.hash(password)));
  }

  /** For an account that no password is to open: a hash of what nobody knows. @throws DomainError `overloaded` */
  async hashUnknown(): Promise<string> {
    return this.rehash(unknownPassword());
  }

  needsRehash(hash: string): boolean {
    return this.hasher.needsRehash(hash);
  }

  /** False when the next hash would be refused: for refusing a request before its body is read. */
  get hasRoom(): boolean {
    return this.door.hasRoom;
  }

  /** Keeps a place for a hash from before anything is looked up; to be freed right before {@link verify}. @throws DomainError `overloaded` */
  reserve(): HashSlot {
    return this.door.reserve();
  }

  /**
   * Compares with a stored hash; `null` stands for an account nobody has and costs the same, so that the time it takes
   * does not tell whether there is one (EN-06).
   * @param beforehand runs shortly before its turn: what was allowed when it began to wait may not be any more
   * @throws DomainError `overloaded`, and whatever `beforehand` throws
   */
  async verify(hash: string | null, password: string, beforehand?: () => Promise<void>): Promise<boolean> {
    const startedMs = performance.now();
    const isMatch = await this.door.run(async () => {
      await beforehand?.();
      const compared = hash ?? (await this.dummy());
      return this.gate.run(() => this.hasher.verify(compared, password));
    });
    this.usualMs += (performance.now() - startedMs - this.usualMs) / 8;
    return isMatch && hash !== null;
  }

  /** Takes as long as comparing usually does, at no cost: a refusal without comparing must not show by its speed. */
  async simulateVerify(): Promise<void> {
    await delay(this.usualMs * (0.8 + Math.random() * 0.4));
  }

  /** A hash of the current cost, which no password opens. Past the gate: whoever needs it has been let in. */
  private dummy(): Promise<string> {
    this.dummyHash ??= this.hasher.hash(unknownPassword()).catch((error: unknown) => {
      // Kept, one failure would answer every unknown account with an error from then on, and so tell them from known ones.
      this.dummyHash = undefined;
      throw error;
    });
    return this.dummyHash;
  }
}

function unknownPassword(): string {
  return randomToken();
}
