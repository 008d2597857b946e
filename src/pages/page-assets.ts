import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { BrandLogo } from '../platform/config/brand-logo.js';
import { brandStylesheet } from './brand-stylesheet.js';
import { pageAsset, type PageAsset } from './page-asset.js';
import { loadStrengthAssets } from './strength-assets.js';

const SCRIPTS = fileURLToPath(new URL('./assets/', import.meta.url));
const STYLES = fileURLToPath(new URL('./styles/', import.meta.url));
/** The parts of pages.css. The order matters: later rules override earlier ones. */
const STYLE_FILES = ['theme', 'base', 'forms', 'buttons', 'social', 'account', 'screens'] as const;
const JAVASCRIPT = 'text/javascript; charset=utf-8';
const CSS = 'text/css; charset=utf-8';
const SVG = 'image/svg+xml';

export interface Brand {
  /** `#rrggbb` */
  readonly color: string;
  readonly logo: BrandLogo | null;
}

/**
 * The stylesheets, scripts and logo of the pages. They are read once at start-up, and a request
 * only selects one by name from memory: no path from a request ever reaches the file system.
 */
export class PageAssets {
  private readonly assets = new Map<string, PageAsset>();
  private strength: Promise<Map<string, PageAsset>> | undefined;

  constructor(
    { color, logo }: Brand,
    private readonly loadStrength = loadStrengthAssets,
  ) {
    for (const file of readdirSync(SCRIPTS)) {
      const contentType = file.endsWith('.js') ? JAVASCRIPT : file.endsWith('.svg') ? SVG : null;
      if (contentType !== null) this.assets.set(file, pageAsset(contentType, readFileSync(SCRIPTS + file)));
    }
    const styles = STYLE_FILES.map((name) => readFileSync(`${STYLES}${name}.css`, 'utf8'));
    this.assets.set('pages.css', pageAsset(CSS, styles.join('\n')));
    this.assets.set('brand.css', pageAsset(CSS, brandStylesheet(color)));
    if (logo) this.assets.set('logo', pageAsset(logo.contentType, logo.content));
  }

  find(file: string): PageAsset | null {
    return this.assets.get(file) ?? null;
  }

  /**
   * Finds a file of the strength meter. Its files are read with the first request, because most
   * processes never serve them.
   */
  async findStrength(file: string): Promise<PageAsset | null> {
    if (!file.startsWith('strength-')) return null;
    this.strength ??= this.loadStrength().then(
      (files) => new Map(Object.entries(files).map(([name, content]) => [name, pageAsset(JAVASCRIPT, content)])),
      (error: unknown) => {
        this.strength = undefined; // such as with too many open files: the next request tries again
        throw error;
      },
    );
    return (await this.strength).get(file) ?? null;
  }
}
