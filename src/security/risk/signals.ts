import { leastDistanceKm } from '../../platform/geoip/country-distance.js';
import type { RiskSignal } from '../audit-log/security-events.js';

/** The origin of a request, as coarse as it is remembered. */
export interface Place {
  /** A /24 or /48, such as 198.18.3.0/24. */
  readonly network: string;
  /** ISO 3166-1 alpha-2; null when unknown. */
  readonly country: string | null;
}

/** What is remembered of a member's places, compared with one place. */
export interface History {
  /** Whether any network is remembered. Without history, nothing counts as new. */
  readonly hasNetworks: boolean;
  readonly hasThisNetwork: boolean;
  readonly hasCountries: boolean;
  readonly hasThisCountry: boolean;
  /** The country of the last arrival, and how long ago that was. */
  readonly last: { readonly country: string; readonly secondsAgo: number } | null;
}

/** Of a member who is seen for the first time. */
export const NO_HISTORY: History = {
  ...{ hasNetworks: false, hasThisNetwork: false, hasCountries: false, hasThisCountry: false },
  last: null,
};

/** The facts that the signals are computed from. */
export interface RiskFacts {
  readonly place: Place;
  readonly history: History;
  /** The device showed no known device token and does not look like a known one. */
  readonly isNewDevice?: boolean;
  /**
   * Consecutive wrong passwords before the right one, on this device or on all unknown devices
   * together.
   */
  readonly passwordFailures?: number;
  /**
   * Those of them that came from the known device or the client address of this login. Strangers
   * can cause all others.
   */
  readonly ownPasswordFailures?: number;
  readonly isSecondFactorWrong?: boolean;
  /** Refreshes of this session within the window. */
  readonly refreshes?: number;
  /** Countries of this session within the window. */
  readonly countries?: number;
  /** The previous refresh token came after the grace period. */
  readonly isLateReplay?: boolean;
}

/** From these values on, a signal is raised. */
export interface RiskLimits {
  readonly passwordFailures: number;
  readonly maxSpeedKmh: number;
  readonly refreshes: number;
  readonly countries: number;
  /** Empty allows all. */
  readonly allowedCountries: ReadonlySet<string>;
}

type Signal = (facts: RiskFacts, limits: RiskLimits) => boolean;

const newDevice: Signal = ({ isNewDevice = false }) => isNewDevice;

const newNetwork: Signal = ({ history }) => history.hasNetworks && !history.hasThisNetwork;

const newCountry: Signal = ({ place, history }) =>
  place.country !== null && history.hasCountries && !history.hasThisCountry;

/**
 * The time since the last arrival is too short for the distance between the two countries, even at
 * the maximum speed.
 */
const impossibleTravel: Signal = ({ place, history: { last } }, { maxSpeedKmh }) =>
  place.country !== null &&
  last !== null &&
  leastDistanceKm(last.country, place.country) > (maxSpeedKmh * Math.max(0, last.secondsAgo)) / 3600;

const refreshBurst: Signal = ({ refreshes = 0 }, limits) => refreshes >= limits.refreshes;

/**
 * Two countries may mean a traveller, or a VPN that was switched on. More suggest that several
 * people use the session.
 */
const manyCountries: Signal = ({ countries = 0 }, limits) => countries >= limits.countries;

const successAfterFailures: Signal = ({ passwordFailures = 0 }, limits) => passwordFailures >= limits.passwordFailures;

const wrongSecondFactor: Signal = ({ isSecondFactorWrong = false }) => isSecondFactorWrong;

/**
 * A lost answer, or a second client with a copy of the token. It is too common for a mail when it is
 * alone or comes with a new network only.
 */
const lateReplay: Signal = ({ isLateReplay = false }) => isLateReplay;

const countryNotAllowed: Signal = ({ place }, limits) => isExcluded(place.country, limits);

/**
 * Whether ALLOWED_COUNTRIES excludes this country. It never excludes an unknown one: otherwise a
 * missing database of countries would lock out every member.
 */
export function isExcluded(country: string | null, { allowedCountries }: RiskLimits): boolean {
  return allowedCountries.size > 0 && country !== null && !allowedCountries.has(country);
}

/**
 * All weighed signals. Reuse of a refresh token is not among them: it ends the session by itself
 * (docs/flows/refresh.md).
 */
export const SIGNALS: Readonly<Record<Exclude<RiskSignal, 'token_reuse'>, Signal>> = {
  new_device: newDevice,
  new_network: newNetwork,
  new_country: newCountry,
  impossible_travel: impossibleTravel,
  refresh_burst: refreshBurst,
  many_countries: manyCountries,
  success_after_failures: successAfterFailures,
  wrong_second_factor: wrongSecondFactor,
  late_replay: lateReplay,
  country_not_allowed: countryNotAllowed,
};

export type WeighableSignal = keyof typeof SIGNALS;

/**
 * Whether strangers alone may have raised this signal, without the password and without any access
 * to the account.
 */
export function isRaisedByStrangers(signal: WeighableSignal, facts: RiskFacts, limits: RiskLimits): boolean {
  return signal === 'success_after_failures' && (facts.ownPasswordFailures ?? 0) < limits.passwordFailures;
}
