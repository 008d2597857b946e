import { ENVIRONMENT } from './environment.js';

/** Variables whose value is never shown; by the look of the name, so that one added later is hidden as well. */
const SECRET_NAME = /SECRET|PASSWORD|(^|_)KEYS?$|TOKEN$/;

/** One line for each variable that is set: the value, or only that there is one where it is secret. */
export function configurationReport(variables: NodeJS.ProcessEnv = process.env): string[] {
  return Object.keys(ENVIRONMENT)
    .filter((name) => variables[name])
    .map((name) => `${name}=${shown(name, variables[name]!)}`);
}

function shown(name: string, value: string): string {
  if (SECRET_NAME.test(name)) return '(set, not shown)';
  if (!URL.canParse(value)) return value;
  // Whoever may log in to the database or the mail server is no business of a terminal, nor is what a query may hold.
  const url = new URL(value);
  return url.username || url.password || url.search
    ? `${url.protocol}//(login not shown)@${url.host}${url.pathname}`
    : value;
}
