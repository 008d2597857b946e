import { describe, expect, it } from '@jest/globals';
import { AppConfig } from '../../platform/config/app-config.js';
import { judge } from './risk-judgement.js';
import { riskRules } from './risk-rules.js';
import type { History, RiskFacts } from './signals.js';

const HOUR = 3600;
const DAY = 24 * HOUR;
const SEOUL = { network: '168.126.63.0/24', country: 'KR' };
const DALLAS = { network: '12.7.7.0/24', country: 'US' };
const TOKYO = { network: '133.11.0.0/24', country: 'JP' };
const NOWHERE = { network: '10.0.0.0/24', country: null };

/** The history of a member who was only in Seoul so far. */
const fromSeoul = (secondsAgo = 10 * DAY): History => ({
  hasNetworks: true,
  hasThisNetwork: false,
  hasCountries: true,
  hasThisCountry: false,
  last: { country: 'KR', secondsAgo },
});
const AT_HOME: History = { ...fromSeoul(), hasThisNetwork: true, hasThisCountry: true };
const UNKNOWN: History = {
  hasNetworks: false,
  hasThisNetwork: false,
  hasCountries: false,
  hasThisCountry: false,
  last: null,
};

const rulesWith = (env: Record<string, string> = {}) => riskRules(AppConfig.load({ NODE_ENV: 'test', ...env }).env);
const RULES = rulesWith();
const judged = (facts: RiskFacts, rules = RULES) => {
  const { outcome, score, signals } = judge(facts, rules);
  return [outcome, score, ...signals.map(({ signal }) => signal)];
};

describe('a login or refresh', () => {
  it('is allowed when nothing is new', () => {
    expect(judged({ place: SEOUL, history: AT_HOME })).toEqual(['allow', 0]);
  });

  it('RB-09 outside the allowed countries is asked for more, unless the country is unknown', () => {
    const rules = rulesWith({ ALLOWED_COUNTRIES: 'KR,JP' });
    const known = { ...fromSeoul(), hasThisNetwork: true, hasThisCountry: true, last: null };
    expect(judged({ place: DALLAS, history: known }, rules)).toEqual(['ask', 70, 'country_not_allowed']);
    for (const place of [SEOUL, TOKYO, NOWHERE]) expect(judged({ place, history: known }, rules)).toEqual(['allow', 0]);
    expect(judged({ place: DALLAS, history: known })).toEqual(['allow', 0]);
  });

  it('RB-01 a late replay alone, or from a new network, is too common for a mail', () => {
    expect(judged({ place: SEOUL, history: AT_HOME, isLateReplay: true })).toEqual(['allow', 15, 'late_replay']);
    const history = { ...fromSeoul(), hasThisCountry: true };
    expect(judged({ place: SEOUL, history, isLateReplay: true })[0]).toBe('allow');
    expect(judged({ place: DALLAS, history: fromSeoul(), isLateReplay: true })[0]).toBe('notify');
  });

  it('is allowed without history, where nothing counts as new', () => {
    expect(judged({ place: SEOUL, history: UNKNOWN })).toEqual(['allow', 0]);
    expect(judged({ place: SEOUL, history: { ...UNKNOWN, hasNetworks: true } })).toEqual(['allow', 10, 'new_network']);
  });

  it('SS-06 notifies the member when device and network are both new, not for one of them alone', () => {
    const history = { ...fromSeoul(), hasThisCountry: true };
    expect(judged({ place: SEOUL, history })).toEqual(['allow', 10, 'new_network']);
    expect(judged({ place: SEOUL, history: AT_HOME, isNewDevice: true })).toEqual(['allow', 20, 'new_device']);
    expect(judged({ place: SEOUL, history, isNewDevice: true })).toEqual(['notify', 30, 'new_device', 'new_network']);
  });

  it('notifies the member of a new country, not of an unknown one', () => {
    expect(judged({ place: DALLAS, history: fromSeoul() })).toEqual(['notify', 40, 'new_network', 'new_country']);
    expect(judged({ place: NOWHERE, history: fromSeoul() })).toEqual(['allow', 10, 'new_network']);
    expect(judged({ place: DALLAS, history: { ...fromSeoul(), hasCountries: false } })[2]).toBe('new_network');
  });

  it('is impossible travel only when the time is too short for the distance', () => {
    const known = { hasThisNetwork: true, hasThisCountry: true };
    const after = (secondsAgo: number) => judged({ place: DALLAS, history: { ...fromSeoul(secondsAgo), ...known } });
    expect(after(HOUR)).toEqual(['notify', 40, 'impossible_travel']);
    expect(after(5 * HOUR)).toEqual(['notify', 40, 'impossible_travel']);
    expect(after(10 * HOUR)).toEqual(['allow', 0]);
    // A negative time, from a clock that was set back, counts as zero.
    expect(after(-5)).toEqual(['notify', 40, 'impossible_travel']);
    // Neighbouring countries are zero kilometres apart.
    expect(judged({ place: TOKYO, history: { ...fromSeoul(0), ...known } })).toEqual(['allow', 0]);
    const slow = rulesWith({ RISK_MAX_SPEED_KMH: '500' });
    expect(judged({ place: DALLAS, history: { ...fromSeoul(10 * HOUR), ...known } }, slow)[2]).toBe(
      'impossible_travel',
    );
  });

  it('SS-06 notifies the member when the right password follows five wrong ones, not four', () => {
    const after = (passwordFailures: number) => judged({ place: SEOUL, history: AT_HOME, passwordFailures });
    expect(after(4)).toEqual(['allow', 0]);
    expect(after(5)).toEqual(['notify', 30, 'success_after_failures']);
  });

  it('SS-06 notifies the member of a wrong second factor', () => {
    const facts = { place: SEOUL, history: AT_HOME, isSecondFactorWrong: true };
    expect(judged(facts)).toEqual(['notify', 30, 'wrong_second_factor']);
  });

  it('raises signals when refreshes or countries reach their limits', () => {
    const use = (refreshes: number, countries: number) =>
      judged({ place: SEOUL, history: AT_HOME, refreshes, countries });
    expect(use(59, 2)).toEqual(['allow', 0]);
    expect(use(60, 2)).toEqual(['notify', 40, 'refresh_burst']);
    expect(use(1, 3)).toEqual(['notify', 60, 'many_countries']);
    expect(use(60, 3)).toEqual(['ask', 100, 'refresh_burst', 'many_countries']);
  });

  it('asks for more proof, or ends, when several signals add up', () => {
    const facts = { place: DALLAS, history: fromSeoul(HOUR), isNewDevice: true };
    expect(judged({ ...facts, isNewDevice: false }).slice(0, 2)).toEqual(['ask', 80]);
    expect(judged(facts).slice(0, 2)).toEqual(['ask', 100]);
    expect(judged({ ...facts, passwordFailures: 5, ownPasswordFailures: 5 }).slice(0, 2)).toEqual(['end', 130]);
  });

  it('BF-13 never ends because of wrong passwords that strangers may have sent', () => {
    const abroad = { place: DALLAS, history: fromSeoul(HOUR), isNewDevice: true };
    const attacked = { ...abroad, passwordFailures: 50, ownPasswordFailures: 4 };
    expect(judged(attacked)).toEqual(['ask', 130, ...judged(abroad).slice(2), 'success_after_failures']);
    const strict = rulesWith({ RISK_END_SCORE: '100' });
    expect(judged(attacked, strict)[0]).toBe('end'); // the other signals alone reach 100
  });

  it('follows the configured weights and thresholds', () => {
    const facts = { place: DALLAS, history: fromSeoul(HOUR), isNewDevice: true };
    const ended = rulesWith({ RISK_END_SCORE: '100' });
    expect(judged(facts, ended).slice(0, 2)).toEqual(['end', 100]);
    const without = rulesWith({ RISK_WEIGHT_NEW_COUNTRY: '0', RISK_WEIGHT_IMPOSSIBLE_TRAVEL: '7' });
    expect(judged(facts, without)).toEqual(['notify', 37, 'new_device', 'new_network', 'impossible_travel']);
  });
});
