import { leastDistanceKm } from '../../platform/geoip/country-distance.js';
import type { RiskSignal } from '../audit-log/security-events.js';

/** Where a request comes from, as coarsely as it is remembered. */
export interface Place {
  /** A /24 or /48, such as 198.18.3.0/24. */
  readonly network: string;
  /** ISO 3166-1 alpha-2; null where it is not known. */
  readonly country: string | null;
}

/** What is remembered of where a member has been, compared with a place. */
export interface History {
  /** Whether anything is remembered at all: nothing is new to somebody of whom nothing is known. */
  readonly hasNetworks: boolean;
  readonly hasThisNetwork: boolean;
  readonly hasCountries: boolean;
  readonly hasThisCountry: boolean;
  /** The country of the last arrival, and how long ago that was. */
  readonly last: { readonly country: string; readonly secondsAgo: number } | null;
}

/** All that the signals look at. */
export interface RiskFacts {
  readonly place: Place;
  readonly history: History;
  /** It showed no device token, and looks like no device that was here before. */
  readonly isNewDevice?: boolean;
  /** Wrong passwords in a row just before the right one, on this device or on unknown devices together. */
  readonly passwordFailures?: number;
  readonly isSecondFactorWrong?: boolean;
  /** Of this session, within the window. */
  readonly refreshes?: number;
  /** Of this session, within the window. */
  readonly countries?: number;
}

/** From how much on something is too much. */
export interface RiskLimits {
  readonly passwordFailures: number;
  readonly maxSpeedKmh: number;
  readonly refreshes: number;
  readonly countries: number;
}

type Signal = (facts: RiskFacts, limits: RiskLimits) => boolean;

const newDevice: Signal = ({ isNewDevice = false }) => isNewDevice;

const newNetwork: Signal = ({ history }) => history.hasNetworks && !history.hasThisNetwork;

const newCountry: Signal = ({ place, history }) =>
  place.country !== null && history.hasCountries && !history.hasThisCountry;

/** Even at the top speed, the time since the last arrival elsewhere is too short for the least distance between the two countries. */
const impossibleTravel: Signal = ({ place, history: { last } }, { maxSpeedKmh }) =>
  place.country !== null &&
  last !== null &&
  leastDistanceKm(last.country, place.country) > (maxSpeedKmh * Math.max(0, last.secondsAgo)) / 3600;

const refreshBurst: Signal = ({ refreshes = 0 }, limits) => refreshes >= limits.refreshes;

/** Two are a traveller, or somebody who switched a VPN on; with more it is more than one who moves. */
const manyCountries: Signal = ({ countries = 0 }, limits) => countries >= limits.countries;

const successAfterFailures: Signal = ({ passwordFailures = 0 }, limits) => passwordFailures >= limits.passwordFailures;

const wrongSecondFactor: Signal = ({ isSecondFactorWrong = false }) => isSecondFactorWrong;

/** Each signal by its name. Reuse of a refresh token is none of them: it decides alone (docs/flows/refresh.md). */
export const SIGNALS: Readonly<Record<Exclude<RiskSignal, 'token_reuse'>, Signal>> = {
  new_device: newDevice,
  new_network: newNetwork,
  new_country: newCountry,
  impossible_travel: impossibleTravel,
  refresh_burst: refreshBurst,
  many_countries: manyCountries,
  success_after_failures: successAfterFailures,
  wrong_second_factor: wrongSecondFactor,
};

export type WeighableSignal = keyof typeof SIGNALS;
