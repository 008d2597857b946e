import { HttpStatus } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { PageAsset } from './page-asset.js';
import { ASSET_HEADERS } from './page-headers.js';

/** The request headers that choose how an asset is sent. */
export interface AssetRequest {
  readonly cachedEtag: string | undefined;
  readonly encodings: string | undefined;
}

/** Sends an asset: nothing where the browser has it, else compressed or as it is. */
export function sendAsset(
  reply: FastifyReply,
  asset: PageAsset,
  { cachedEtag, encodings }: AssetRequest,
): Buffer | undefined {
  reply.headers(ASSET_HEADERS).header('etag', asset.etag).type(asset.contentType);
  if (isCached(asset, cachedEtag)) {
    reply.status(HttpStatus.NOT_MODIFIED);
    return undefined;
  }
  if (!acceptsGzip(encodings)) return asset.content;
  reply.header('content-encoding', 'gzip');
  return asset.gzipped();
}

/** Weak comparison (RFC 9110 section 13.1.2): a proxy that compresses answers weakens their tags. */
function isCached({ etag }: PageAsset, ifNoneMatch = ''): boolean {
  return ifNoneMatch.split(',').some((tag) => ['*', etag, `W/${etag}`].includes(tag.trim()));
}

/** RFC 9110 section 12.5.3; a weight of zero means "not acceptable". */
function acceptsGzip(acceptEncoding = ''): boolean {
  return acceptEncoding
    .split(',')
    .some((coding) => /^\s*gzip\s*(;|$)/i.test(coding) && !/;\s*q=0(\.0*)?\s*$/i.test(coding));
}
