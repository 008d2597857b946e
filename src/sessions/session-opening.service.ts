import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { HookClaims } from '../platform/crypto/tokens/hook-claims.js';
import { Database } from '../platform/database/database.js';
import type { Tx } from '../platform/database/sql.js';
import { TokenHook, type HookQuestion } from '../platform/token-hook/token-hook.js';

/** A transaction that may open a session: {@link SessionsService.open} needs it. */
export interface SessionOpening {
  readonly tx: Tx;
  /** The id of a member that the transaction creates; the same when the transaction runs again. */
  readonly newMemberId: string;
  /**
   * Call it only after factors and risk have let the member in. With a token hook, the first run of
   * the transaction ends at this call.
   */
  readonly claimsFor: (question: Omit<HookQuestion, 'type'>) => HookClaims | undefined;
}

/** Ends a transaction that needs the answer of the token hook first. It never leaves this file. */
class QuestionPending extends Error {
  constructor(readonly question: HookQuestion) {
    super('the transaction was not run by SessionOpeningService');
  }
}

/** Runs the transactions that open sessions, and asks the token hook about them where there is one. */
@Injectable()
export class SessionOpeningService {
  constructor(
    private readonly database: Database,
    private readonly hook: TokenHook,
  ) {}

  /**
   * Runs `work` as {@link Database.transaction} does. With a token hook, a transaction that comes to
   * the point of opening a session is rolled back, the hook is asked, and `work` runs again from the
   * start. So the hook is asked only about logins that factors and risk have let through. A refusal
   * leaves nothing that `work` wrote, and no transaction ever waits for the hook (AT-02).
   * @param beforeHook runs after the rollback and before the hook is asked
   * @throws DomainError `refused_by_product`; `service_unavailable` where the hook failed and
   * TOKEN_HOOK_ON_FAILURE is `closed`
   */
  async run<T>(work: (opening: SessionOpening) => Promise<T>, beforeHook?: () => Promise<unknown>): Promise<T> {
    const newMemberId = randomUUID();
    if (!this.hook.isConfigured)
      return this.database.transaction(async (tx) => work({ tx, newMemberId, claimsFor: () => undefined }));
    try {
      return await this.database.transaction(async (tx) => work({ tx, newMemberId, claimsFor: askFirst }));
    } catch (error) {
      if (!(error instanceof QuestionPending)) throw error;
      await beforeHook?.();
      const claims = await this.hook.ask(error.question);
      return await this.database.transaction(async (tx) => work({ tx, newMemberId, claimsFor: () => claims }));
    }
  }
}

const askFirst: SessionOpening['claimsFor'] = (question) => {
  throw new QuestionPending({ type: 'token.login', ...question });
};
