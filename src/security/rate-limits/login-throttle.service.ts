import { Injectable } from '@nestjs/common';
import { keyedDigest } from '../../platform/crypto/digest.js';
import { KeyRing } from '../../platform/crypto/key-ring.js';
import { AppConfig } from '../../platform/config/app-config.js';
import type { Sql, Tx } from '../../platform/database/sql.js';
import { KeyedQueue } from '../../platform/concurrency/keyed-queue.js';
import { LoginAttempt, type Digests } from './login-attempt.js';
import { LoginFailuresRepository, type AccountFailures, type FailureCounter } from './login-failures.repository.js';

/** The account and device whose failures are counted together. */
export interface LoginSubject {
  /** The account, or the identifier that no account has. */
  readonly account: string;
  /**
   * The known device or the session that the attempt comes from; null for unknown devices, which
   * are counted together.
   */
  readonly deviceId: string | null;
  /**
   * What attempts queue by, where that is not the account. A login queues by the identifier as it
   * was submitted. If it queued by the account, waiting times would show which login ID and which
   * address belong together (EN-07).
   */
  readonly queueKey?: string;
  /** Failures before waits begin, where the limit of logins does not apply. */
  readonly limit?: number;
  /**
   * Failures after which a wait does not end by itself, where the limit of logins does not apply;
   * null: waits always end.
   */
  readonly hardLimit?: number | null;
}

/**
 * Slows down guessing at one account, from any number of clients. Each known device is counted
 * separately, so an attacker can block only unknown devices and never locks the owner out of a
 * known one.
 */
@Injectable()
export class LoginThrottleService {
  /**
   * The current secret first. Failures are counted with it only, so a rotation resets the counts
   * once. Waits that began under an older secret still hold.
   */
  private readonly secrets: readonly Buffer[];
  private readonly queue: KeyedQueue;

  constructor(
    private readonly config: AppConfig,
    private readonly repository: LoginFailuresRepository,
    keys: KeyRing,
  ) {
    this.secrets = keys.all('login-throttle');
    this.queue = new KeyedQueue(config.env.HASH_QUEUE_LIMIT);
  }

  /**
   * Begins an attempt: waits for earlier attempts with the same queue key on this server, then
   * counts a failure. Without the queue, an owner who logs in on many tabs at once would be stopped
   * by their own attempts.
   * @throws DomainError `overloaded`
   */
  async begin(subject: LoginSubject): Promise<LoginAttempt> {
    const slot = await this.queue.reserve(queueKeyOf(subject));
    try {
      const keys = this.keysOf(subject);
      const [key, ...olderKeys] = keys;
      const failures = await this.repository.count(this.counterOf(subject, key), olderKeys);
      return new LoginAttempt(failures, this.firstWaitAt(subject), keys, this.repository, slot);
    } catch (error) {
      slot.release();
      throw error;
    }
  }

  /** Whether the next attempt of this subject would have to queue. */
  hasQueue(subject: LoginSubject): boolean {
    return this.queue.isBusy(queueKeyOf(subject));
  }

  /**
   * Counts an attempt as a failure afterwards, when its login was refused although the password
   * matched. The failures which the match had cleared are counted again, so the subject waits as
   * after a wrong password.
   * @returns whether this failure makes the subject wait for the first time
   */
  async restoreFailures(subject: LoginSubject, failuresBefore: number): Promise<boolean> {
    const limit = this.firstWaitAt(subject);
    const restored = failuresBefore + 1;
    const failures = await this.repository.add(this.counterOf(subject, this.keysOf(subject)[0]), restored);
    return failures >= limit && Math.max(failuresBefore, failures - restored) < limit;
  }

  /**
   * Whole seconds until the subject may try again, at least 1. Only for subjects whose waits end by
   * themselves.
   */
  async secondsToWait(subject: LoginSubject): Promise<number> {
    // Null where the wait was cleared between two statements.
    return Math.max(1, (await this.repository.findSecondsToWait(this.keysOf(subject))) ?? 1);
  }

  /**
   * Ends all waits of an account, on known devices too, after its owner proved the mailbox or an
   * administrator unlocked it.
   */
  async clear(tx: Tx, account: string): Promise<void> {
    await this.repository.deleteByAccount(tx, this.accountDigests(account));
  }

  /** The failures and waits that slow down logins to this account, on known and unknown devices. */
  async findFailures(sql: Sql, account: string): Promise<AccountFailures> {
    return this.repository.findOfAccount(sql, this.accountDigests(account));
  }

  private counterOf(subject: LoginSubject, key: Buffer): FailureCounter {
    const { env } = this.config;
    return {
      key,
      account: this.accountDigests(subject.account)[0],
      limit: this.limitOf(subject),
      firstWaitSeconds: env.LOGIN_FIRST_WAIT_SECONDS,
      maxWaitSeconds: env.LOGIN_MAX_WAIT_SECONDS,
      hardLimit: this.hardLimitOf(subject),
    };
  }

  private limitOf({ limit }: LoginSubject): number {
    return limit ?? this.config.env.LOGIN_FAILURE_LIMIT;
  }

  private hardLimitOf({ hardLimit = this.config.env.LOGIN_FAILURE_HARD_LIMIT }: LoginSubject): number | null {
    return hardLimit;
  }

  /** An operator may set the hard limit below the other. */
  private firstWaitAt(subject: LoginSubject): number {
    return Math.min(this.limitOf(subject), this.hardLimitOf(subject) ?? Infinity);
  }

  private keysOf({ account, deviceId }: LoginSubject): Digests {
    return this.digests(account, deviceId ?? '');
  }

  private accountDigests(account: string): Digests {
    return this.digests('account', account);
  }

  private digests(...parts: string[]): Digests {
    return this.secrets.map((secret) => keyedDigest(secret, ...parts)) as Digests;
  }
}

function queueKeyOf({ account, queueKey = account, deviceId }: LoginSubject): string {
  return `${deviceId ?? ''} ${queueKey}`;
}
