import { ENVIRONMENT } from './environment.js';
import { withoutLogin } from './server-url.js';

/** Variables whose value is never shown. The pattern also hides secrets that are added later. */
const SECRET_NAME = /SECRET|PASSWORD|(^|_)KEYS?$|TOKEN$/;

/** One line for each variable of {@link ENVIRONMENT} that is set: its value, or a placeholder when it is secret. */
export function configurationReport(variables: NodeJS.ProcessEnv = process.env): string[] {
  return Object.keys(ENVIRONMENT)
    .filter((name) => variables[name])
    .map((name) => `${name}=${shown(name, variables[name]!)}`);
}

function shown(name: string, value: string): string {
  if (SECRET_NAME.test(name)) return '(set, not shown)';
  return /_URL$|ENDPOINT$/.test(name) ? withoutLogin(value) : value;
}
