import { Global, Module } from '@nestjs/common';
import { Clock } from '../database/clock.js';
import { KeyRing } from '../crypto/key-ring.js';
import { MemberAttributes } from '../attributes/member-attributes.js';
import { ConsentDocuments } from '../consents/consent-documents.js';
import { AppConfig } from './app-config.js';

/**
 * Provides the checked configuration and the keys derived from its secrets. The configuration is
 * read when the module is created, not at import.
 */
@Global()
@Module({
  providers: [
    Clock,
    { provide: AppConfig, useFactory: () => AppConfig.load() },
    { provide: KeyRing, useFactory: (config: AppConfig) => new KeyRing(config.secrets), inject: [AppConfig] },
    {
      provide: MemberAttributes,
      useFactory: ({ env }: AppConfig) => MemberAttributes.ofFile(env.MEMBER_ATTRIBUTES),
      inject: [AppConfig],
    },
    {
      provide: ConsentDocuments,
      useFactory: ({ env }: AppConfig) => ConsentDocuments.ofFile(env.CONSENTS),
      inject: [AppConfig],
    },
  ],
  exports: [AppConfig, KeyRing, Clock, MemberAttributes, ConsentDocuments],
})
export class ConfigModule {}
