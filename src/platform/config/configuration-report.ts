import { ENVIRONMENT } from './environment.js';
import { withoutLogin } from './server-url.js';

/** Variables whose value is never shown. The pattern also hides secrets that are added later. */
const SECRET_NAME = /SECRET|PASSWORD$|(^|_)KEYS?$|TOKEN$/;

/** Settings of the providers in SOCIAL_OIDC_PROVIDERS, whose names no table can list. */
const OF_PROVIDER = /^SOCIAL_OIDC_[A-Z0-9]+_CLIENT_(ID|SECRET)$/;

/** One line for each setting that has a value: the value, or a placeholder when it is secret. */
export function configurationReport(variables: NodeJS.ProcessEnv = process.env): string[] {
  return [...Object.keys(ENVIRONMENT), ...Object.keys(variables).filter((name) => OF_PROVIDER.test(name))]
    .filter((name) => variables[name])
    .map((name) => `${name}=${shown(name, variables[name]!)}`);
}

function shown(name: string, value: string): string {
  if (SECRET_NAME.test(name)) return '(set, not shown)';
  return /_URL$|ENDPOINT$/.test(name) ? withoutLogin(value) : value;
}
