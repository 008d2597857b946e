import { Injectable } from '@nestjs/common';
import { AuditLogService } from '../audit-log/audit-log.service.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import { digest } from '../../platform/crypto/digest.js';
import { coarseNetwork } from '../../platform/addresses/ip-address.js';
import { AppConfig } from '../../platform/config/app-config.js';
import { CountryLookup } from '../../platform/geoip/country-lookup.service.js';
import type { Tx } from '../../platform/database/sql.js';
import type { RiskMoment, RiskOutcome } from '../audit-log/security-events.js';
import { suspicionFields } from '../../mail/templates/mail-template.js';
import { SecurityNotificationsService } from '../../mail/notifications/security-notifications.service.js';
import { MembersRepository } from '../../users/members.repository.js';
import { judge, type RiskJudgement, type RiskRules } from './risk-judgement.js';
import { riskRules } from './risk-rules.js';
import { RiskRepository } from './risk.repository.js';
import type { Place, RiskFacts } from './signals.js';

/** A login whose password, or passkey, was right. */
export interface AssessedLogin {
  readonly memberId: string;
  /** Known by its token. */
  readonly deviceId: string | null;
  readonly deviceName: string | null;
  readonly isNewDevice: boolean;
  readonly passwordFailures: number;
}

/** A session as a refresh left it, and as it was before. */
export interface AssessedRefresh {
  readonly id: string;
  readonly memberId: string;
  readonly deviceId: string | null;
  readonly deviceName: string | null;
  /** Where it was before this refresh, and how many seconds earlier. */
  readonly previousIp: string | null;
  readonly secondsSince: number | null;
  /** Within the window, this one included. */
  readonly refreshes: number;
}

/** What the caller has to see to. */
export interface RiskDecision {
  readonly outcome: RiskOutcome;
  /** A mail about the risk is queued, so the mail about a new device is not needed. */
  readonly riskMailQueued: boolean;
}

const ALLOWED: RiskDecision = { outcome: 'allow', riskMailQueued: false };

interface Subject {
  readonly memberId: string;
  readonly sessionId: string | null;
  readonly deviceId: string | null;
  readonly deviceName: string | null;
}

/**
 * Judges logins and refreshes by what is unusual about them (docs/flows/risk.md). Whatever is more than allowed is written
 * down with its reasons, in the transaction handed in; what follows from it, beyond the mail, is for the caller to do.
 */
@Injectable()
export class RiskService {
  private readonly rules: RiskRules;

  constructor(
    private readonly config: AppConfig,
    private readonly countries: CountryLookup,
    private readonly repository: RiskRepository,
    private readonly members: MembersRepository,
    private readonly auditLog: AuditLogService,
    private readonly notifications: SecurityNotificationsService,
  ) {
    this.rules = riskRules(config.env);
  }

  /** Before a session opens, all factors shown. With `end` the caller opens none, and lets the transaction commit. */
  async assessLogin(tx: Tx, login: AssessedLogin, context: ClientContext): Promise<RiskDecision> {
    if (this.isOff) return ALLOWED;
    const judgement = await this.judgeLogin(tx, login, context);
    return this.decide(tx, 'login', { ...login, sessionId: null }, judgement, context);
  }

  /**
   * After a right password that a second factor has still to follow; false if it need not be asked for. Only `end` counts
   * here and is written down: all else is judged once more when the second factor has been shown.
   */
  async allowsSecondFactor(tx: Tx, login: AssessedLogin, context: ClientContext): Promise<boolean> {
    if (this.isOff) return true;
    const judgement = await this.judgeLogin(tx, login, context);
    if (judgement.outcome !== 'end') return true;
    const { outcome } = await this.decide(tx, 'password', { ...login, sessionId: null }, judgement, context);
    return outcome !== 'end';
  }

  /** After a right password and a wrong second factor: whoever it is knows the password. */
  async assessWrongSecondFactor(tx: Tx, login: AssessedLogin, context: ClientContext): Promise<void> {
    if (this.isOff) return;
    const judgement = await this.judgeLogin(tx, login, context, { isSecondFactorWrong: true });
    await this.decide(tx, 'second-factor', { ...login, sessionId: null }, judgement, context);
  }

  /** Whether a refresh has to be assessed: it came from another country, or was one too many. Costs no query. */
  isNotable({ previousIp, refreshes }: AssessedRefresh, { ip }: ClientContext): boolean {
    if (this.isOff) return false;
    // Once for each window: the count goes on, the alarm does not.
    if (refreshes === this.rules.limits.refreshes) return true;
    if (previousIp === null || previousIp === ip || coarseNetwork(previousIp) === coarseNetwork(ip)) return false;
    const country = this.countries.of(ip);
    const hasMoved = country !== null && country !== this.countries.of(previousIp);
    // A new network alone, as a phone meets many every day, is judged only where it is set to count for something alone.
    return hasMoved || this.rules.weights.new_network >= this.rules.thresholds.notify;
  }

  /** @param session for which {@link isNotable} holds */
  async assessRefresh(tx: Tx, session: AssessedRefresh, context: ClientContext): Promise<RiskDecision> {
    const { id: sessionId, memberId, previousIp, secondsSince, refreshes } = session;
    const { env } = this.config;
    const place = this.placeOf(context.ip);
    const history = await this.repository.history(tx, memberId, place, env.RISK_HISTORY_SECONDS);
    const before = previousIp === null ? null : this.countries.of(previousIp);
    const from = before !== null && secondsSince !== null ? { country: before, secondsAgo: secondsSince } : null;
    const countries =
      place.country === null || place.country === before
        ? 0
        : await this.repository.move(tx, sessionId, { from, to: place.country }, env.RISK_COUNTRIES_WINDOW_SECONDS);
    // Of a session it is known better where it was last, and when.
    const facts = { place, history: { ...history, last: from ?? history.last }, refreshes, countries };
    const decision = await this.decide(tx, 'refresh', { ...session, sessionId }, judge(facts, this.rules), context);
    if (decision.outcome !== 'end') await this.repository.remember(tx, memberId, place);
    return decision;
  }

  /** Reuse of a refresh token ends the session whatever the rules say, with a mail of its own; here it is written down like the rest. */
  async recordReuse(tx: Tx, session: { id: string; memberId: string }, context: ClientContext): Promise<void> {
    const weight = this.rules.thresholds.end;
    await this.auditLog.record(
      tx,
      'risk.assessed',
      { memberId: session.memberId, sessionId: session.id, context },
      { at: 'refresh', outcome: 'end', score: weight, signals: [{ signal: 'token_reuse', weight }], dryRun: false },
    );
  }

  /** Notes where a member signed in: from now on it is nothing new. */
  async remember(tx: Tx, memberId: string, context: ClientContext): Promise<void> {
    await this.repository.remember(tx, memberId, this.placeOf(context.ip));
  }

  /** Forgets where the member was first seen lately, when the owner takes the account back: it may have been the intruder. */
  async forgetRecent(tx: Tx, memberId: string, seconds: number): Promise<void> {
    await this.repository.forgetRecent(tx, memberId, seconds);
  }

  private get isOff(): boolean {
    return this.config.env.RISK_MODE === 'off';
  }

  private async judgeLogin(
    tx: Tx,
    { memberId, isNewDevice, passwordFailures }: AssessedLogin,
    context: ClientContext,
    more: Partial<RiskFacts> = {},
  ): Promise<RiskJudgement> {
    const place = this.placeOf(context.ip);
    const history = await this.repository.history(tx, memberId, place, this.config.env.RISK_HISTORY_SECONDS);
    return judge({ place, history, isNewDevice, passwordFailures, ...more }, this.rules);
  }

  private async decide(
    tx: Tx,
    at: RiskMoment,
    subject: Subject,
    judgement: RiskJudgement,
    context: ClientContext,
  ): Promise<RiskDecision> {
    if (judgement.outcome === 'allow') return ALLOWED;
    const { memberId, sessionId } = subject;
    const dryRun = this.config.env.RISK_MODE === 'dry-run';
    await this.auditLog.record(tx, 'risk.assessed', { memberId, sessionId, context }, { at, ...judgement, dryRun });
    if (dryRun) return ALLOWED;
    const riskMailQueued = !isOrdinary(judgement) && (await this.mail(tx, subject, judgement, context));
    return { outcome: judgement.outcome, riskMailQueued };
  }

  private async mail(
    tx: Tx,
    { memberId, sessionId, deviceId, deviceName }: Subject,
    { outcome, signals }: RiskJudgement,
    context: ClientContext,
  ): Promise<boolean> {
    const { network, country } = this.placeOf(context.ip);
    const device = deviceId ?? digest(`${context.userAgent}\n${network}`).toString('base64url');
    const names = signals.map(({ signal }) => signal);
    // The next country is news, though the last one was told; and so is the end of each session, but not of each try to log in.
    const news = names.map((name) => (COUNTRY_SIGNALS.has(name) ? `${name} ${country}` : name));
    if (outcome === 'end') news.push(`end ${sessionId ?? 'login'}`);
    if (!(await this.repository.claimNotice(tx, memberId, device, news, this.config.env.RISK_NOTICE_REPEAT_SECONDS)))
      return false;
    const member = await this.members.get(tx, memberId);
    await this.notifications.send(tx, 'suspicious-login', member, context, {
      ...suspicionFields(names),
      deviceName: deviceName ?? '',
      country: this.countries.nameOf(context.ip, member.locale),
      stopped: outcome === 'end' ? 1 : undefined,
    });
    return true;
  }

  private placeOf(ip: string): Place {
    return { network: coarseNetwork(ip), country: this.countries.of(ip) };
  }
}

const COUNTRY_SIGNALS: ReadonlySet<string> = new Set(['new_country', 'impossible_travel', 'many_countries']);

/** A new device, perhaps in a new network, and nothing else: the mail about new devices says all there is to say, more calmly. */
function isOrdinary({ outcome, signals }: RiskJudgement): boolean {
  return (
    outcome === 'notify' &&
    signals.some(({ signal }) => signal === 'new_device') &&
    signals.every(({ signal }) => signal === 'new_device' || signal === 'new_network')
  );
}
