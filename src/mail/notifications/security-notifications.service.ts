import { Injectable } from '@nestjs/common';
import type { ClientContext } from '../../platform/http/client-context.js';
import { Clock } from '../../platform/database/clock.js';
import { coarseNetwork } from '../../platform/addresses/ip-address.js';
import { AppConfig } from '../../platform/config/app-config.js';
import type { Tx } from '../../platform/database/sql.js';
import { recipientOf } from '../mail-recipient.js';
import { MailService } from '../mail.service.js';
import type { MailTemplates } from '../templates/mail-template.js';
import type { Member } from '../../users/member.entity.js';
import { DisavowalTokens } from './disavowal-tokens.js';

/** Mails about something that happened to an account, each with a link for "it wasn't me". */
export type SecurityNotification =
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
export class SecurityNotificationsService {
  constructor(
    private readonly config: AppConfig,
    private readonly clock: Clock,
    private readonly disavowalTokens: DisavowalTokens,
    private readonly mail: MailService,
  ) {}

  async send<Name extends SecurityNotification>(
    tx: Tx,
    notice: Name,
    member: Pick<Member, 'id' | 'name' | 'email' | 'emailKey' | 'locale'>,
    context: ClientContext,
    data: Omit<MailTemplates[Name], Common>,
    { withhold = false }: { withhold?: boolean } = {},
  ): Promise<void> {
    const common = {
      name: member.name ?? undefined,
      at: new Date(this.clock.nowSeconds() * 1000).toISOString(),
      network: coarseNetwork(context.ip),
      notMeLink: this.config.notMeLink(this.disavowalTokens.mint(member.id, member.emailKey, notice)),
    };
    await this.mail.queue(tx, notice, recipientOf(member), { ...data, ...common } as unknown as MailTemplates[Name], {
      withhold,
    });
  }
}
