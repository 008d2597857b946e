import { str } from 'envalid';
import { count, countries, natural, positiveSeconds } from './setting-types.js';

const DAY = 86_400;

/** What counts as an unusual login. */
export const RISK_ENVIRONMENT = {
  GEOIP_DATABASE: str({
    default: 'bundled',
    desc: 'countries by IP address: bundled, off, or an MMDB file (docs/countries.md)',
  }),
  ALLOWED_COUNTRIES: countries({
    default: [],
    desc: 'countries to expect logins from (ISO 3166-1 alpha-2); others get RISK_WEIGHT_COUNTRY_NOT_ALLOWED',
    example: 'KR,JP',
  }),
  RISK_MODE: str({
    choices: ['on', 'dry-run', 'off'],
    default: 'on',
    desc: 'reaction to unusual logins; dry-run only records (docs/flows/risk.md)',
  }),
  RISK_NOTIFY_SCORE: count({ default: 30, desc: 'from this score on the member gets a mail' }),
  RISK_ASK_SCORE: count({
    default: 70,
    desc: 'from this score on sensitive operations need another password check',
  }),
  RISK_END_SCORE: count({ default: 120, desc: 'from this score on a login is refused, or a session ends' }),
  RISK_WEIGHT_NEW_DEVICE: natural({
    default: 20,
    desc: 'weight of the signal new_device; 0 ignores it (docs/flows/risk.md)',
  }),
  RISK_WEIGHT_NEW_NETWORK: natural({ default: 10, desc: 'weight of new_network' }),
  RISK_WEIGHT_NEW_COUNTRY: natural({ default: 30, desc: 'weight of new_country' }),
  RISK_WEIGHT_IMPOSSIBLE_TRAVEL: natural({
    default: 40,
    desc: 'weight of impossible_travel',
  }),
  RISK_WEIGHT_REFRESH_BURST: natural({ default: 40, desc: 'weight of refresh_burst' }),
  RISK_WEIGHT_MANY_COUNTRIES: natural({ default: 60, desc: 'weight of many_countries' }),
  RISK_WEIGHT_SUCCESS_AFTER_FAILURES: natural({ default: 30, desc: 'weight of success_after_failures' }),
  RISK_WEIGHT_WRONG_SECOND_FACTOR: natural({
    default: 30,
    desc: 'weight of wrong_second_factor',
  }),
  RISK_WEIGHT_LATE_REPLAY: natural({
    default: 15,
    desc: 'weight of late_replay',
  }),
  RISK_WEIGHT_COUNTRY_NOT_ALLOWED: natural({
    default: 70,
    desc: 'weight of country_not_allowed; 70 asks, 120 refuses',
  }),
  RISK_PASSWORD_FAILURES: count({
    default: 5,
    desc: 'wrong passwords in a row after which a right one is suspicious',
  }),
  RISK_MAX_SPEED_KMH: count({
    default: 1000,
    desc: 'kilometres per hour above which a journey is impossible_travel; an airliner flies about 900',
  }),
  RISK_REFRESH_BURST: count({
    default: 60,
    desc: 'this many refreshes of a session in the window are a refresh_burst',
  }),
  RISK_REFRESH_BURST_WINDOW_SECONDS: positiveSeconds({ default: 300, desc: 'window of RISK_REFRESH_BURST' }),
  RISK_COUNTRIES: count({ default: 3, desc: 'this many countries of a session in the window are many_countries' }),
  RISK_COUNTRIES_WINDOW_SECONDS: positiveSeconds({ default: 3600, desc: 'window of RISK_COUNTRIES' }),
  RISK_NOTICE_REPEAT_SECONDS: positiveSeconds({
    default: 30 * DAY,
    desc: 'at most one mail about a signal of a device in this time',
  }),
  RISK_HISTORY_SECONDS: positiveSeconds({
    default: 180 * DAY,
    desc: 'networks and countries of a member are kept for this long',
  }),
};
