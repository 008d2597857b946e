import type { AppConfig } from './app-config.js';

/** What {@link AppConfig.hints} returns. */
export function findHints(config: AppConfig): string[] {
  const hints: string[] = [];
  if (!config.isProduction) hints.push('NODE_ENV is not production: weak settings are accepted');
  if (config.isProduction && config.isHttps && config.env.TRUSTED_PROXIES === 0)
    hints.push('TRUSTED_PROXIES is 0: behind a proxy, all clients share one address and its limits');
  if (config.isProduction && !config.env.SMTP_REQUIRE_TLS && !config.env.SMTP_URL.startsWith('smtps:'))
    hints.push('SMTP_REQUIRE_TLS is off: codes and links may travel in plain text');
  if (config.isProduction && !config.env.SMTP_VERIFY_CERTIFICATE)
    hints.push('SMTP_VERIFY_CERTIFICATE is off: an attacker on the way can pose as the mail server');
  if (config.env.PREVIOUS_SECRETS.length > 0)
    hints.push(
      'PREVIOUS_SECRETS is set: remove a secret only after "munjigi keys reseal" reports that nothing needs it',
    );
  return hints;
}
