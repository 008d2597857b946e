import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export interface PageAsset {
  readonly contentType: string;
  readonly content: string;
}

const DIRECTORY = fileURLToPath(new URL('./assets/', import.meta.url));
const CONTENT_TYPES: Record<string, string> = {
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
};

/** The stylesheet and scripts of the pages, read once; a request picks by name from memory, so no path of its making reaches the disk. */
export class PageAssets {
  private readonly assets = new Map<string, PageAsset>();

  constructor() {
    for (const file of readdirSync(DIRECTORY)) {
      const contentType = CONTENT_TYPES[file.split('.').at(-1) ?? ''];
      if (contentType) this.assets.set(file, { contentType, content: readFileSync(DIRECTORY + file, 'utf8') });
    }
  }

  find(file: string): PageAsset | null {
    return this.assets.get(file) ?? null;
  }
}
