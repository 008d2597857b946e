import { setTimeout as delay } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { AppConfig } from '../../platform/config/app-config.js';
import type { HashOwner } from './fair-shares.js';
import { HashQueue, type HashLoad, type HashSlot } from './hash-queue.js';
import { LegacyHashesService } from './legacy-hashes/legacy-hashes.service.js';
import { PasswordHasher } from './password-hasher.js';
import { PasswordPolicy, type PasswordOwner } from './password-policy.js';

/** The assumed duration of a verification until the first one has been measured. */
const FIRST_ESTIMATE_MS = 40;

interface HashOptions {
  /** Who causes the hash; absent for work of the server itself. */
  readonly owner?: HashOwner;
  /** Must be unpredictable and belong to this account alone. Random if absent. */
  readonly salt?: Buffer;
}

interface VerifyOptions extends Pick<HashOptions, 'owner'> {
  /**
   * Runs shortly before the hash. Throws if the request was allowed when it began to wait, but no
   * longer is.
   */
  readonly beforeHashing?: () => Promise<void>;
}

/**
 * Hashes and verifies passwords, at most as many at once as there are cores. Never call it inside a
 * transaction.
 */
@Injectable()
export class PasswordsService {
  /** Hashes that run, and those that are ready to run. */
  private readonly hashQueue: HashQueue;
  /**
   * Comes before the hash queue and lets twice as many through. A verification queries the database
   * before it hashes: while one hash runs on a core, the next one is prepared.
   */
  private readonly preparationQueue: HashQueue;
  /** Running mean of the duration of a verification, waiting included. */
  private meanVerifyMs = FIRST_ESTIMATE_MS;
  /** Stands for the hash of an unknown account, and of a member without a password. */
  private readonly dummyHash: string;

  constructor(
    config: AppConfig,
    private readonly hasher: PasswordHasher,
    private readonly policy: PasswordPolicy,
    private readonly legacyHashes: LegacyHashesService,
  ) {
    this.hashQueue = new HashQueue(config.hashConcurrency, config.hashConcurrency);
    this.preparationQueue = new HashQueue(2 * config.hashConcurrency, config.env.HASH_QUEUE_LIMIT);
    this.dummyHash = hasher.makeUnknownHash();
  }

  get load(): HashLoad {
    const { running, waiting } = this.hashQueue.load;
    return { running, waiting: waiting + this.preparationQueue.load.waiting };
  }

  /**
   * False when the next hash would be refused. A request can then be refused before its body is
   * read.
   */
  hasRoom(): boolean {
    return this.preparationQueue.hasRoom();
  }

  /**
   * Reserves a place for a hash before anything is looked up; release it right before
   * {@link verify}.
   * @throws DomainError `overloaded`
   */
  reserve(owner: HashOwner): HashSlot {
    return this.preparationQueue.reserve(owner);
  }

  /**
   * Checks a new password against the policy and hashes it.
   * @throws DomainError `validation_failed`, `password_too_common`, `overloaded`
   */
  async hashNew(password: string, names: PasswordOwner, field: string, options: HashOptions): Promise<string> {
    await this.policy.check(password, names, field);
    return this.rehash(password, options);
  }

  /**
   * Hashes a password at the current cost, without the policy: the password is already in use.
   * @throws DomainError `overloaded`
   */
  async rehash(password: string, { owner, salt }: HashOptions): Promise<string> {
    return this.preparationQueue.run(() => this.hashQueue.run(() => this.hasher.hash(password, salt)), owner);
  }

  needsRehash(hash: string): boolean {
    return this.hasher.needsRehash(hash);
  }

  /**
   * Compares a password with a stored hash. `null` stands for an unknown account, and for a member
   * without a password (SO-30). The comparison then costs as much as with a member's hash, so that
   * the response time does not reveal which accounts exist and which have a password (EN-06).
   * @throws DomainError `overloaded`, and what `beforeHashing` throws
   */
  async verify(hash: string | null, password: string, { owner, beforeHashing }: VerifyOptions): Promise<boolean> {
    const startedMs = performance.now();
    const isMatch = await this.preparationQueue.run(async () => {
      await beforeHashing?.();
      const legacy = hash === null ? this.legacyHashes.findDummy(owner?.account ?? '') : this.legacyHashes.find(hash);
      return this.hashQueue.run(() =>
        legacy === null ? this.hasher.verify(hash ?? this.dummyHash, password) : legacy.verify(password),
      );
    }, owner);
    this.meanVerifyMs += (performance.now() - startedMs - this.meanVerifyMs) / 8;
    return isMatch && hash !== null;
  }

  /**
   * Waits as long as a verification takes, without hashing: the response time must not reveal that
   * none took place.
   */
  async simulateVerify(): Promise<void> {
    await delay(this.meanVerifyMs * (0.8 + Math.random() * 0.4));
  }
}
