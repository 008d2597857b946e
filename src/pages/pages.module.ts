import { Module } from '@nestjs/common';
import { AppConfig } from '../config/app-config.js';
import { PageAssets } from './page-assets.js';
import { PageRenderer } from './page-renderer.js';
import { PagesController } from './pages.controller.js';

/** The built-in pages, for products that have none of their own. They use the same public API as any app. */
@Module({
  controllers: [PagesController],
  providers: [
    PageAssets,
    {
      provide: PageRenderer,
      useFactory: ({ env }: AppConfig) => new PageRenderer({ productName: env.PRODUCT_NAME, loginUrl: env.LOGIN_URL }),
      inject: [AppConfig],
    },
  ],
})
export class PagesModule {}
