import { Injectable } from '@nestjs/common';
import { coarseNetwork } from '../../platform/addresses/ip-address.js';
import { AppConfig } from '../../platform/config/app-config.js';
import type { Tx } from '../../platform/database/sql.js';
import { CountryLookup } from '../../platform/geoip/country-lookup.service.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import { AuditLogService } from '../audit-log/audit-log.service.js';
import type { RiskMoment, RiskOutcome } from '../audit-log/security-events.js';
import { judge, type RiskJudgement, type RiskRules } from './risk-judgement.js';
import { RiskMailService, type RiskSubject } from './risk-mail.service.js';
import { riskRules } from './risk-rules.js';
import { RiskRepository } from './risk.repository.js';
import { isExcluded, NO_HISTORY, type History, type Place, type RiskFacts } from './signals.js';

/** A login whose first factor matched. */
export interface AssessedLogin {
  readonly memberId: string;
  /** Set when the device showed its token. */
  readonly deviceId: string | null;
  readonly deviceName: string | null;
  readonly isNewDevice: boolean;
  /** See {@link RiskService.findHistory}. */
  readonly history: History;
  readonly passwordFailures: number;
  /** Those of them that came from this device or this client address. */
  readonly ownPasswordFailures: number;
}

/** A session after a refresh, and where it was before. */
export interface AssessedRefresh {
  readonly id: string;
  readonly memberId: string;
  readonly deviceId: string | null;
  readonly deviceName: string | null;
  /** Where the session was before this refresh, and how many seconds earlier. */
  readonly previousIp: string | null;
  readonly secondsSince: number | null;
  /** Refreshes within the window, this one included. */
  readonly refreshes: number;
  /** Whether the previous token came after the grace period. */
  readonly isLateReplay?: boolean;
}

/** What the login or refresh has to do. */
export interface RiskDecision {
  readonly outcome: RiskOutcome;
  /** A mail about the risk is queued, so the mail about a new device is not needed. */
  readonly riskMailQueued: boolean;
}

const ALLOWED: RiskDecision = { outcome: 'allow', riskMailQueued: false };

/**
 * Assesses logins and refreshes by their unusual signals (docs/flows/risk.md). Records every outcome
 * but `allow` in `tx`, and mails the member unless an earlier mail has the news already. A dry run only
 * records. After `end` the calling service refuses the login or ends the session.
 */
@Injectable()
export class RiskService {
  private readonly rules: RiskRules;

  constructor(
    private readonly config: AppConfig,
    private readonly countries: CountryLookup,
    private readonly repository: RiskRepository,
    private readonly auditLog: AuditLogService,
    private readonly riskMail: RiskMailService,
  ) {
    this.rules = riskRules(config.env);
  }

  /** The member's places. Read them under the member's lock: logins one after the other see each other's. */
  async findHistory(tx: Tx, memberId: string, { ip }: ClientContext): Promise<History> {
    if (this.isOff) return NO_HISTORY;
    return this.repository.findHistory(tx, memberId, this.placeOf(ip), this.config.env.RISK_HISTORY_SECONDS);
  }

  /**
   * Call after all factors were verified, before the session opens. With `end`, open no session and
   * let the transaction commit.
   */
  async assessLogin(tx: Tx, login: AssessedLogin, context: ClientContext): Promise<RiskDecision> {
    if (this.isOff) return ALLOWED;
    const judgement = this.judgeLogin(login, context);
    return this.applyOutcome(tx, 'login', { ...login, sessionId: null }, judgement, context);
  }

  /**
   * Call after factors that matched, when a second factor or a consent has to follow.
   * @returns false when the login is refused without asking for it. Only `end` counts here and is
   *   recorded: {@link assessLogin} assesses everything else when the session opens.
   */
  async allowsFurtherStep(tx: Tx, login: AssessedLogin, context: ClientContext): Promise<boolean> {
    if (this.isOff) return true;
    const judgement = this.judgeLogin(login, context);
    if (judgement.outcome !== 'end') return true;
    const { outcome } = await this.applyOutcome(tx, 'password', { ...login, sessionId: null }, judgement, context);
    return outcome !== 'end';
  }

  /**
   * Call after a right password and a wrong second factor: that client knows the password. With
   * `end`, let no other factor complete this login, and let the transaction commit.
   */
  async assessWrongSecondFactor(tx: Tx, login: AssessedLogin, context: ClientContext): Promise<RiskDecision> {
    if (this.isOff) return ALLOWED;
    const judgement = this.judgeLogin(login, context, { isSecondFactorWrong: true });
    return this.applyOutcome(tx, 'second-factor', { ...login, sessionId: null }, judgement, context);
  }

  /**
   * Whether a refresh needs {@link assessRefresh}: it came late, from another country or one that is
   * not allowed, from another network if a new network alone leads to a mail, or it reached the
   * limit of refreshes. Costs no query.
   */
  needsAssessment({ previousIp, refreshes, isLateReplay }: AssessedRefresh, { ip }: ClientContext): boolean {
    if (this.isOff) return false;
    if (isLateReplay) return true;
    if (this.rules.limits.allowedCountries.size > 0 && isExcluded(this.countries.of(ip), this.rules.limits))
      return true;
    // Equal, not greater: so only one refresh of each window is assessed, although later ones are
    // counted too.
    if (refreshes === this.rules.limits.refreshes) return true;
    if (previousIp === null || previousIp === ip || coarseNetwork(previousIp) === coarseNetwork(ip)) return false;
    const country = this.countries.of(ip);
    const hasMoved = country !== null && country !== this.countries.of(previousIp);
    // A phone uses many new networks a day. A new network alone is assessed only if its weight
    // reaches the first threshold.
    return hasMoved || this.rules.weights.new_network >= this.rules.thresholds.notify;
  }

  /** @param session a session for which {@link needsAssessment} returned true */
  async assessRefresh(tx: Tx, session: AssessedRefresh, context: ClientContext): Promise<RiskDecision> {
    const { id: sessionId, memberId, previousIp, secondsSince, refreshes, isLateReplay = false } = session;
    const { env } = this.config;
    const place = this.placeOf(context.ip);
    const history = await this.repository.findHistory(tx, memberId, place, env.RISK_HISTORY_SECONDS);
    const previousCountry = previousIp === null ? null : this.countries.of(previousIp);
    const from =
      previousCountry !== null && secondsSince !== null ? { country: previousCountry, secondsAgo: secondsSince } : null;
    const countries =
      place.country === null || place.country === previousCountry
        ? 0
        : await this.repository.recordMove(
            tx,
            sessionId,
            { from, to: place.country },
            env.RISK_COUNTRIES_WINDOW_SECONDS,
          );
    // The session's own last place is more exact than the member's.
    const facts = { place, history: { ...history, last: from ?? history.last }, refreshes, countries, isLateReplay };
    const judgement = judge(facts, this.rules);
    const decision = await this.applyOutcome(tx, 'refresh', { ...session, sessionId }, judgement, context);
    if (decision.outcome !== 'end') await this.repository.remember(tx, memberId, place);
    return decision;
  }

  /**
   * Records the reuse of a refresh token. A reuse always ends the session, under any rules, and has
   * a mail of its own.
   */
  async recordReuse(tx: Tx, session: { id: string; memberId: string }, context: ClientContext): Promise<void> {
    const weight = this.rules.thresholds.end;
    await this.auditLog.record(
      tx,
      'risk.assessed',
      { memberId: session.memberId, sessionId: session.id, context },
      { at: 'refresh', outcome: 'end', score: weight, signals: [{ signal: 'token_reuse', weight }], dryRun: false },
    );
  }

  /** Remembers where a member signed in, so that this place is not new again. */
  async remember(tx: Tx, memberId: string, context: ClientContext): Promise<void> {
    await this.repository.remember(tx, memberId, this.placeOf(context.ip));
  }

  /**
   * Forgets the places first seen within the last `seconds`, when an owner recovers the account:
   * they may be the attacker's.
   */
  async forgetRecent(tx: Tx, memberId: string, seconds: number): Promise<void> {
    await this.repository.forgetRecent(tx, memberId, seconds);
  }

  private get isOff(): boolean {
    return this.config.env.RISK_MODE === 'off';
  }

  private judgeLogin(
    { isNewDevice, passwordFailures, ownPasswordFailures, history }: AssessedLogin,
    { ip }: ClientContext,
    otherFacts: Partial<RiskFacts> = {},
  ): RiskJudgement {
    const facts = { place: this.placeOf(ip), history, isNewDevice, passwordFailures, ownPasswordFailures };
    return judge({ ...facts, ...otherFacts }, this.rules);
  }

  /** Records the judgement and mails the member. A dry run only records it. */
  private async applyOutcome(
    tx: Tx,
    at: RiskMoment,
    subject: RiskSubject,
    judgement: RiskJudgement,
    context: ClientContext,
  ): Promise<RiskDecision> {
    if (judgement.outcome === 'allow') return ALLOWED;
    const { memberId, sessionId } = subject;
    const dryRun = this.config.env.RISK_MODE === 'dry-run';
    await this.auditLog.record(tx, 'risk.assessed', { memberId, sessionId, context }, { at, ...judgement, dryRun });
    if (dryRun) return ALLOWED;
    const riskMailQueued = await this.riskMail.queue(tx, subject, judgement, context);
    return { outcome: judgement.outcome, riskMailQueued };
  }

  private placeOf(ip: string): Place {
    return { network: coarseNetwork(ip), country: this.countries.of(ip) };
  }
}
