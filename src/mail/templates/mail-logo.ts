import type { BrandLogo } from '../../platform/config/brand-logo.js';

/** The logo in the header of mails. Each mail contains it, so that opening a mail loads nothing. */
export interface MailLogo {
  /** The content id that the HTML part refers to (RFC 2392). */
  readonly cid: string;
  readonly content: Buffer;
  /** Pixels. As attributes of the image, because Outlook ignores sizes in CSS. */
  readonly width: number;
  readonly height: number;
}

/** The same limits as on the pages, in pixels. */
const HEIGHT = 28;
const MAX_WIDTH = 120;
/** The PNG signature, and the first chunk as far as the width and height of the image. */
const HEADER_BYTES = 24;

/** @returns null unless the logo is a PNG: most mail programs show neither SVG nor WebP */
export function mailLogo(logo: BrandLogo | null): MailLogo | null {
  if (logo?.contentType !== 'image/png' || logo.content.length < HEADER_BYTES) return null;
  const { content } = logo;
  // PNG specification, section 11.2.2
  const [width, height] = [content.readUInt32BE(16), content.readUInt32BE(20)];
  if (width === 0 || height === 0) return null;
  const scale = Math.min(HEIGHT / height, MAX_WIDTH / width);
  const scaled = (length: number): number => Math.max(1, Math.round(length * scale));
  return { cid: 'logo@munjigi.invalid', content, width: scaled(width), height: scaled(height) };
}
