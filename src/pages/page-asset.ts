import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';

/** A file that pages load, with what a request for it is answered with. */
export interface PageAsset {
  readonly contentType: string;
  readonly content: Buffer;
  /** The same, compressed: phones read this over slow lines. It holds no secret, so its size tells nothing (BREACH). */
  readonly gzipped: Buffer;
  /** Changes with the content, so that a browser may keep its copy as long as it asks. */
  readonly etag: string;
}

export function pageAsset(contentType: string, content: Buffer | string): PageAsset {
  const bytes = Buffer.from(content);
  const etag = `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`;
  return { contentType, content: bytes, gzipped: gzipSync(bytes), etag };
}
