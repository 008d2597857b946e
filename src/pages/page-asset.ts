import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';

/** A file that pages load, ready to be sent. */
export interface PageAsset {
  readonly contentType: string;
  readonly content: Buffer;
  /**
   * Compresses the content at the first call: most processes send few of the files. Compression is
   * safe over TLS here: the content holds no secret that its size could reveal (BREACH).
   */
  readonly gzipped: () => Buffer;
  /** A hash of the content, so that a browser can revalidate its cached copy. */
  readonly etag: string;
}

export function pageAsset(contentType: string, content: Buffer | string): PageAsset {
  const bytes = Buffer.from(content);
  const etag = `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`;
  let gzipped: Buffer | undefined;
  return { contentType, content: bytes, gzipped: () => (gzipped ??= gzipSync(bytes)), etag };
}
