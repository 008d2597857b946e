import { AppConfig } from '../src/platform/config/app-config.js';
import { ConfigurationError } from '../src/platform/config/configuration-error.js';

/**
 * Checks the settings before anything is built or started. DATABASE_URL, SMTP_URL and PUBLIC_URL may be
 * missing, because `npm start` provides them.
 * @param envLines the lines of the variables that came from `.env`
 * @returns PUBLIC_URL in the form that the server uses; undefined where it is not set
 * @throws Error with each wrong setting and where it is set
 */
export function checkStartSettings(
  variables: NodeJS.ProcessEnv,
  envLines: ReadonlyMap<string, number>,
): string | undefined {
  try {
    const { publicUrl } = AppConfig.load({
      ...variables,
      PUBLIC_URL: variables.PUBLIC_URL || 'http://localhost:3000',
      DATABASE_URL: variables.DATABASE_URL || 'postgres://localhost/munjigi',
      SMTP_URL: variables.SMTP_URL || 'smtp://localhost',
    });
    return variables.PUBLIC_URL ? publicUrl : undefined;
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    const lines = Object.entries(error.problems).map(([name, rule]) => {
      const line = envLines.get(name);
      return `  ${name}${line === undefined ? '' : ` (.env line ${line})`}: ${rule}`;
    });
    throw new Error(`The settings cannot be used:\n${lines.join('\n')}`, { cause: error });
  }
}
