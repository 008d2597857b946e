import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { Caller } from '../common/caller.js';
import { Clock } from '../common/clock.js';
import { coarseNetwork } from '../common/network.js';
import { AppConfig } from '../config/app-config.js';
import type { Tx } from '../database/sql.js';
import { recipientOf } from '../mail/mail-recipient.js';
import { MailService } from '../mail/mail.service.js';
import type { MailTemplates } from '../mail/mail-template.js';
import { TokensService } from '../tokens/tokens.service.js';
import type { Member } from '../users/member.entity.js';

/** Mails about something that happened to an account, each with a link for "it wasn't me". */
export type SecurityNotice =
  | 'password-changed'
  | 'session-reused'
  | 'new-device'
  | 'suspicious-login'
  | 'login-locked'
  | 'two-factor-changed'
  | 'account-closed'
  | 'account-restored';

/** What every notice says anyway. */
type Common = 'name' | 'at' | 'network' | 'notMeLink';

/** Tells a member what happened to the account: who, when, from where, and what to do if it was somebody else. */
@Injectable()
export class SecurityNoticesService {
  constructor(
    private readonly config: AppConfig,
    private readonly clock: Clock,
    private readonly tokens: TokensService,
    private readonly mail: MailService,
  ) {}

  async send<Name extends SecurityNotice>(
    tx: Tx,
    notice: Name,
    member: Pick<Member, 'id' | 'name' | 'email' | 'locale'>,
    caller: Caller,
    data: Omit<MailTemplates[Name], Common>,
    { withhold = false }: { withhold?: boolean } = {},
  ): Promise<void> {
    const now = this.clock.nowSeconds();
    const token = this.tokens.sign(
      'not-me',
      { sub: member.id, jti: randomUUID(), evt: notice },
      now,
      now + this.config.env.NOT_ME_TTL_SECONDS,
    );
    const common = {
      name: member.name ?? undefined,
      at: new Date(now * 1000).toISOString(),
      network: coarseNetwork(caller.ip),
      notMeLink: this.config.notMeLink(token),
    };
    await this.mail.queue(tx, notice, recipientOf(member), { ...data, ...common } as unknown as MailTemplates[Name], {
      withhold,
    });
  }
}
