import { Module } from '@nestjs/common';
import { CountriesModule } from '../../platform/geoip/countries.module.js';
import { CountryLookup } from '../../platform/geoip/country-lookup.service.js';
import { AppConfig } from '../../platform/config/app-config.js';
import { mailLogo } from './mail-logo.js';
import { MailRenderer } from './mail-renderer.js';
import { MailTemplateAdapter } from './mail-template-adapter.js';

/** Renders mails, for sending and for the preview. */
@Module({
  imports: [CountriesModule],
  providers: [
    {
      provide: MailRenderer,
      useFactory: ({ env, mailLogo: logo }: AppConfig, countries: CountryLookup) =>
        new MailRenderer({
          productName: env.PRODUCT_NAME,
          brandColor: env.BRAND_COLOR,
          logo: mailLogo(logo),
          countryOf: (ip, locale) => countries.nameOf(ip, locale),
        }),
      inject: [AppConfig, CountryLookup],
    },
    MailTemplateAdapter,
  ],
  exports: [MailRenderer, MailTemplateAdapter],
})
export class MailTemplatesModule {}
