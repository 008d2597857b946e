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
  if (cachedEtag === asset.etag) {
    reply.status(HttpStatus.NOT_MODIFIED);
    return undefined;
  }
  if (!/\bgzip\b/.test(encodings ?? '')) return asset.content;
  reply.header('content-encoding', 'gzip');
  return asset.gzipped();
}
