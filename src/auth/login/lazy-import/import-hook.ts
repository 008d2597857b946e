import { randomUUID } from 'node:crypto';
import type { AppConfig } from '../../../platform/config/app-config.js';
import { isObject } from '../../../platform/attributes/attribute-declarations.js';
import type { Clock } from '../../../platform/database/clock.js';
import { getAnswerBody, parseAnswer } from '../../../platform/http-client/hook-answer-body.js';
import { HttpSender, type HttpAnswer } from '../../../platform/http-client/http-sender.js';
import { webhookHeaders } from '../../../platform/http-client/webhook-signature.js';
import type { ForeignProfile } from '../../../users/imports/imported-profile.js';

/** An account of the old system whose password matched. */
export interface ForeignAccount extends ForeignProfile {
  readonly sourceId: string;
  /** Names the system as `--from` of a bulk import did. */
  readonly source: string;
  readonly emailVerified: boolean;
}

/** A larger answer is no account. */
const MAX_ANSWER_BYTES = 64 * 1024;
/** An attacker who tries many identifiers must not flood the old system. */
const MAX_REQUESTS = 32;
/** Answers of the old system to an unknown account or a wrong password. */
const REFUSALS: ReadonlySet<number> = new Set([401, 403, 404]);
const DEFAULT_SOURCE = 'hook';

/** Asks the old system whether a password is right. Loaded only where its URL is configured. */
export class ImportHook {
  private readonly url: string;
  private readonly secret: string;
  private readonly sender: HttpSender;
  private requests = 0;

  constructor(
    { env }: AppConfig,
    private readonly clock: Clock,
  ) {
    this.url = env.IMPORT_HOOK_URL!;
    this.secret = env.IMPORT_HOOK_SECRET!;
    this.sender = new HttpSender({
      // The operator configures the URL, and the old system may be inside the own network.
      allowPrivateAddresses: true,
      timeoutMs: env.IMPORT_HOOK_TIMEOUT_MS,
      maxAnswerBytes: MAX_ANSWER_BYTES,
    });
  }

  /**
   * @returns the account; null where the old system refuses
   * @throws Error if it fails, in words without identifier, password and answer
   */
  async ask(identifier: string, password: string): Promise<ForeignAccount | null> {
    if (this.requests >= MAX_REQUESTS) throw new Error(`${MAX_REQUESTS} requests wait for answers`);
    this.requests += 1;
    try {
      const body = JSON.stringify({ type: 'login.import', identifier, password });
      const headers = webhookHeaders([this.secret], `imp_${randomUUID()}`, this.clock.nowSeconds(), body);
      return readAnswer(await this.sender.post(this.url, headers, body));
    } finally {
      this.requests -= 1;
    }
  }

  close(): void {
    this.sender.close();
  }
}

function readAnswer(answer: HttpAnswer): ForeignAccount | null {
  if (REFUSALS.has(answer.status)) return null;
  const account = parseAnswer(getAnswerBody(answer, MAX_ANSWER_BYTES));
  const { id } = account;
  if (typeof id === 'number' && !Number.isSafeInteger(id))
    throw new Error('answered with an id that is no exact number');
  const sourceId = textOf(id) ?? (typeof id === 'number' ? String(id) : undefined);
  // Without an id, an account whose member was erased could come back.
  if (sourceId === undefined) throw new Error('answered without an id');
  const attributes = account['attributes'] ?? undefined;
  if (attributes !== undefined && !isObject(attributes)) throw new Error('answered with attributes that are no object');
  return {
    sourceId,
    source: textOf(account['source']) ?? DEFAULT_SOURCE,
    emailVerified: account['emailVerified'] === true,
    loginId: textOf(account['loginId']),
    email: textOf(account['email']),
    name: textOf(account['name']),
    locale: textOf(account['locale']),
    createdAt: textOf(account['createdAt']),
    attributes,
  };
}

const textOf = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);
