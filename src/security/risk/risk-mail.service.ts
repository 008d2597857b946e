import { Injectable } from '@nestjs/common';
import { coarseNetwork } from '../../platform/addresses/ip-address.js';
import { AppConfig } from '../../platform/config/app-config.js';
import { digest } from '../../platform/crypto/digest.js';
import type { Tx } from '../../platform/database/sql.js';
import { CountryLookup } from '../../platform/geoip/country-lookup.service.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import { SecurityNotificationsService } from '../../mail/notifications/security-notifications.service.js';
import { suspicionFields } from '../../mail/templates/mail-kinds.js';
import { MembersRepository } from '../../users/members.repository.js';
import type { RiskJudgement } from './risk-judgement.js';
import { RiskRepository } from './risk.repository.js';

/** The member, session and device that a judgement concerns. */
export interface RiskSubject {
  readonly memberId: string;
  readonly sessionId: string | null;
  readonly deviceId: string | null;
  readonly deviceName: string | null;
}

/**
 * Signals that concern a country. The member gets another mail about the same signal when the
 * country is another one.
 */
const COUNTRY_SIGNALS: ReadonlySet<string> = new Set([
  'new_country',
  'impossible_travel',
  'many_countries',
  'country_not_allowed',
]);

/** Mails members about suspicious logins and refreshes, once for each piece of news. */
@Injectable()
export class RiskMailService {
  constructor(
    private readonly config: AppConfig,
    private readonly countries: CountryLookup,
    private readonly repository: RiskRepository,
    private readonly members: MembersRepository,
    private readonly notifications: SecurityNotificationsService,
  ) {}

  /**
   * @returns false when earlier mails, or the mail about a new device, contain the news already
   */
  async queue(tx: Tx, subject: RiskSubject, judgement: RiskJudgement, context: ClientContext): Promise<boolean> {
    if (isCoveredByNewDeviceMail(judgement) || !(await this.claim(tx, subject, judgement, context))) return false;
    const member = await this.members.get(tx, subject.memberId);
    await this.notifications.send(tx, 'suspicious-login', member, context, {
      ...suspicionFields(judgement.signals.map(({ signal }) => signal)),
      deviceName: subject.deviceName ?? '',
      country: this.countries.of(context.ip) ?? undefined,
      stopped: judgement.outcome === 'end' ? 1 : undefined,
    });
    return true;
  }

  private async claim(
    tx: Tx,
    { memberId, sessionId, deviceId }: RiskSubject,
    { outcome, signals }: RiskJudgement,
    { ip, userAgent }: ClientContext,
  ): Promise<boolean> {
    const device = deviceId ?? digest(`${userAgent}\n${coarseNetwork(ip)}`).toString('base64url');
    const country = this.countries.of(ip);
    const news = signals.map(({ signal }) => (COUNTRY_SIGNALS.has(signal) ? `${signal} ${country}` : signal));
    // The end of each session is news of its own. All refused logins on one device together are one
    // piece of news.
    if (outcome === 'end') news.push(`end ${sessionId ?? 'login'}`);
    const repeatSeconds = this.config.env.RISK_NOTICE_REPEAT_SECONDS;
    return this.repository.claimNotification(tx, memberId, device, news, repeatSeconds);
  }
}

/**
 * A new device, perhaps in a new network, and nothing else: the calmer mail about new devices
 * contains all of that.
 */
function isCoveredByNewDeviceMail({ outcome, signals }: RiskJudgement): boolean {
  return (
    outcome === 'notify' &&
    signals.some(({ signal }) => signal === 'new_device') &&
    signals.every(({ signal }) => signal === 'new_device' || signal === 'new_network')
  );
}
