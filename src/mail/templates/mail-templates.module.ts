import { Logger, Module } from '@nestjs/common';
import { CountriesModule } from '../../platform/geoip/countries.module.js';
import { CountryLookup } from '../../platform/geoip/country-lookup.service.js';
import { AppConfig } from '../../platform/config/app-config.js';
import { MailRenderer } from './mail-renderer.js';
import { rendererOptions } from './renderer-options.js';
import { MailTemplateAdapter } from './mail-template-adapter.js';

/** Renders mails, for sending and for the preview. */
@Module({
  imports: [CountriesModule],
  providers: [
    {
      provide: MailRenderer,
      useFactory: async (config: AppConfig, countries: CountryLookup) => {
        const options = rendererOptions(config, (ip) => countries.of(ip));
        const directory = config.env.MAIL_TEMPLATES_DIR;
        if (directory === undefined) return new MailRenderer(options);
        const { loadMailOverrides } = await import('../overrides/load-mail-overrides.js');
        const renderer = new MailRenderer({ ...options, overrides: loadMailOverrides(directory, options) });
        for (const gap of renderer.describeGaps()) new Logger(MailTemplatesModule.name).warn(gap);
        return renderer;
      },
      inject: [AppConfig, CountryLookup],
    },
    MailTemplateAdapter,
  ],
  exports: [MailRenderer, MailTemplateAdapter],
})
export class MailTemplatesModule {}
