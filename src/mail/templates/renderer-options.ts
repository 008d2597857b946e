import type { AppConfig } from '../../platform/config/app-config.js';
import { mailLogo } from './mail-logo.js';
import type { MailRendererOptions } from './mail-renderer.js';

/** The options of a renderer of our texts, without those of the operator. */
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
