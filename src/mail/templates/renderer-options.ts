import type { AppConfig } from '../../platform/config/app-config.js';
import { mailLogo } from './mail-logo.js';
import type { MailRendererOptions } from './mail-renderer.js';

/** The options of a renderer that uses only the built-in texts, without the operator's overrides. */
export function rendererOptions(
  { env, defaultLocale, mailLogo: logo }: AppConfig,
  countryOf: MailRendererOptions['countryOf'],
): MailRendererOptions {
  return {
    productName: env.PRODUCT_NAME,
    brandColor: env.BRAND_COLOR,
    logo: mailLogo(logo),
    countryOf,
    overrides: null,
    defaultLocale,
  };
}
