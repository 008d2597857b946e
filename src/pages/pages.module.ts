import { Logger, Module } from '@nestjs/common';
import { ConsentDocuments } from '../platform/consents/consent-documents.js';
import { MemberAttributes } from '../platform/attributes/member-attributes.js';
import { AppConfig } from '../platform/config/app-config.js';
import { requiredWithoutField } from './attribute-fields.js';
import { ConsoleController } from './console/console.controller.js';
import { HomeController } from './home.controller.js';
import { PageAssets } from './page-assets.js';
import { PageRenderer } from './page-renderer.js';
import { PagesController } from './pages.controller.js';
import { SiteLinksController } from './site-links.controller.js';

const noField = (name: string): string =>
  `the sign-up page has no field for the required attribute ${name}: a field needs a schema with enum or one simple type`;

/**
 * The built-in pages, for products without their own sign-up, login and account pages. They use the
 * public API like any client.
 */
@Module({
  controllers: [PagesController, ConsoleController, HomeController, SiteLinksController],
  providers: [
    {
      provide: PageAssets,
      useFactory: ({ env, brandLogo }: AppConfig) => new PageAssets({ color: env.BRAND_COLOR, logo: brandLogo }),
      inject: [AppConfig],
    },
    {
      provide: PageRenderer,
      useFactory: (config: AppConfig, attributes: MemberAttributes, consents: ConsentDocuments) => {
        const { env, brandLogo, returnOrigins, publicUrl } = config;
        if (env.PAGES.includes('sign-up'))
          for (const name of requiredWithoutField(attributes.all)) new Logger(PagesModule.name).warn(noField(name));
        const socialRedirectUri = `${publicUrl}/pages/social-login`;
        return new PageRenderer({
          productName: env.PRODUCT_NAME,
          hasLogo: brandLogo !== null,
          pages: env.PAGES,
          loginUrl: env.LOGIN_URL,
          appUrl: env.APP_URL,
          returnOrigins,
          sharesCookie: env.CORS_ORIGINS.length > 0 || returnOrigins.includes(new URL(publicUrl).origin),
          passwordMinLength: env.PASSWORD_MIN_LENGTH,
          passwordMinScore: env.PASSWORD_MIN_SCORE,
          resendSeconds: env.CODE_RESEND_SECONDS,
          erasureGraceSeconds: env.ACCOUNT_ERASURE_GRACE_SECONDS,
          signUp: env.SIGN_UP,
          signUpDomains: env.SIGN_UP_DOMAINS,
          attributes: attributes.all,
          hasConsents: consents.isDeclared,
          socialProviders: config.socialProviders,
          socialRedirectUri: config.socialRedirectUris.includes(socialRedirectUri) ? socialRedirectUri : null,
          hasConsole: env.ADMIN_CONSOLE,
        });
      },
      inject: [AppConfig, MemberAttributes, ConsentDocuments],
    },
  ],
})
export class PagesModule {}
