import { readFileSync } from 'node:fs';

export interface BrandLogo {
  readonly contentType: string;
  readonly content: Buffer;
}

/** Small enough to load on every page on a phone. */
const MAX_BYTES = 200 * 1024;

/**
 * Reads the file of BRAND_LOGO or BRAND_MAIL_LOGO. The content decides the type, not the name, so
 * that browsers get no other content declared as an image.
 * @throws Error whose message is the broken rule
 */
export function readBrandLogo(file: string): BrandLogo {
  let content: Buffer;
  try {
    content = readFileSync(file);
  } catch {
    throw new Error('needs a file that can be read');
  }
  if (content.length > MAX_BYTES) throw new Error(`needs at most ${MAX_BYTES / 1024} KiB`);
  const contentType = imageTypeOf(content);
  if (contentType === null) throw new Error('needs an SVG, PNG or WebP image');
  return { contentType, content };
}

function imageTypeOf(content: Buffer): string | null {
  if (content.subarray(0, 8).equals(Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]))) return 'image/png';
  if (content.toString('latin1', 0, 4) === 'RIFF' && content.toString('latin1', 8, 12) === 'WEBP') return 'image/webp';
  // A declaration may stand before the root element, and after it comments and a document type.
  const text = content.toString('utf8').replace(/^\uFEFF/, '');
  if (/^\s*(<\?xml[^>]*>\s*)?((<!--((?!-->)[\s\S])*-->|<!DOCTYPE svg[^>[]*>)\s*)*<svg[\s>]/.test(text))
    return 'image/svg+xml';
  return null;
}
