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

/** Mails about events of an account, each with an "It wasn't me" link. */
export type SecurityNotification =
  | 'password-changed'
  | 'session-reused'
  | 'new-device'
  | 'suspicious-login'
  | 'login-locked'
  | 'two-factor-changed'
  | 'identity-changed'
  | 'provider-notice'
  | 'account-closed'
  | 'account-restored';

/** Fields that every notification has. */
type CommonField = 'name' | 'at' | 'network' | 'notMeLink';

/** Notifies members of events of their account: what, when, from where, and what to do if it was an attacker. */
@Injectable()
export class SecurityNotificationsService {
  constructor(
    private readonly config: AppConfig,
    private readonly clock: Clock,
    private readonly disavowalTokens: DisavowalTokens,
    private readonly mail: MailService,
  ) {}

  /** Queues the mail, which is sent after `tx` commits, unless it is withheld. */
  async send<Name extends SecurityNotification>(
    tx: Tx,
    notification: Name,
    member: Pick<Member, 'id' | 'name' | 'email' | 'emailKey' | 'locale'>,
    context: ClientContext,
    data: Omit<MailTemplates[Name], CommonField>,
    { withhold = false }: { withhold?: boolean } = {},
  ): Promise<void> {
    const common = {
      name: member.name ?? undefined,
      at: new Date(this.clock.nowSeconds() * 1000).toISOString(),
      network: coarseNetwork(context.ip),
      notMeLink: this.config.notMeLink(this.disavowalTokens.mint(member.id, member.emailKey, notification)),
    };
    await this.mail.queue(
      tx,
      notification,
      recipientOf(member),
      { ...data, ...common } as unknown as MailTemplates[Name],
      {
        withhold,
      },
    );
  }
}
