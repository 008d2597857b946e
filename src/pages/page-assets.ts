import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { BrandLogo } from '../platform/config/brand-logo.js';
import { brandStylesheet } from './brand-colors.js';
import { pageAsset, type PageAsset } from './page-asset.js';
import { strengthAssets } from './strength-assets.js';

const DIRECTORY = fileURLToPath(new URL('./assets/', import.meta.url));
const JAVASCRIPT = 'text/javascript; charset=utf-8';
const CSS = 'text/css; charset=utf-8';
const CONTENT_TYPES: Record<string, string> = { css: CSS, js: JAVASCRIPT };

export interface Brand {
  /** `#rrggbb` */
  readonly color: string;
  readonly logo: BrandLogo | null;
}

/** Stylesheets, scripts and the logo of the pages, read once; a request picks by name from memory, so no path of its making reaches the disk. */
export class PageAssets {
  private readonly assets = new Map<string, PageAsset>();
  private strength: Promise<Map<string, PageAsset>> | undefined;

  constructor({ color, logo }: Brand) {
    for (const file of readdirSync(DIRECTORY)) {
      const contentType = CONTENT_TYPES[file.split('.').at(-1) ?? ''];
      if (contentType) this.assets.set(file, pageAsset(contentType, readFileSync(DIRECTORY + file)));
    }
    this.assets.set('brand.css', pageAsset(CSS, brandStylesheet(color)));
    if (logo) this.assets.set('logo', pageAsset(logo.contentType, logo.content));
  }

  find(file: string): PageAsset | null {
    return this.assets.get(file) ?? null;
  }

  /** What the strength meter runs on; made when a browser first asks for it, because its word lists are megabytes. */
  async findStrength(file: string): Promise<PageAsset | null> {
    if (!file.startsWith('strength-')) return null;
    this.strength ??= strengthAssets().then(
      (files) => new Map(Object.entries(files).map(([name, content]) => [name, pageAsset(JAVASCRIPT, content)])),
    );
    return (await this.strength).get(file) ?? null;
  }
}
