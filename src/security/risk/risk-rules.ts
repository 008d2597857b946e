import type { Environment } from '../../platform/config/environment.js';
import type { RiskRules } from './risk-judgement.js';

/** The configured rules. */
export function riskRules(env: Environment): RiskRules {
  return {
    limits: {
      passwordFailures: env.RISK_PASSWORD_FAILURES,
      maxSpeedKmh: env.RISK_MAX_SPEED_KMH,
      refreshes: env.RISK_REFRESH_BURST,
      countries: env.RISK_COUNTRIES,
      allowedCountries: new Set(env.ALLOWED_COUNTRIES),
    },
    weights: {
      new_device: env.RISK_WEIGHT_NEW_DEVICE,
      new_network: env.RISK_WEIGHT_NEW_NETWORK,
      new_country: env.RISK_WEIGHT_NEW_COUNTRY,
      impossible_travel: env.RISK_WEIGHT_IMPOSSIBLE_TRAVEL,
      refresh_burst: env.RISK_WEIGHT_REFRESH_BURST,
      many_countries: env.RISK_WEIGHT_MANY_COUNTRIES,
      success_after_failures: env.RISK_WEIGHT_SUCCESS_AFTER_FAILURES,
      wrong_second_factor: env.RISK_WEIGHT_WRONG_SECOND_FACTOR,
      late_replay: env.RISK_WEIGHT_LATE_REPLAY,
      country_not_allowed: env.RISK_WEIGHT_COUNTRY_NOT_ALLOWED,
    },
    thresholds: { notify: env.RISK_NOTIFY_SCORE, ask: env.RISK_ASK_SCORE, end: env.RISK_END_SCORE },
  };
}
