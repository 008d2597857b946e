import { describe, expect, it } from '@jest/globals';
import type { FastifyReply } from 'fastify';
import type { PageAsset } from './page-asset.js';
import { sendAsset, type AssetRequest } from './send-asset.js';

const ASSET = {
  etag: '"abc"',
  contentType: 'text/css',
  content: Buffer.from('plain'),
  gzipped: () => Buffer.from('gzipped'),
} as PageAsset;

/** The status and the body of the answer, and how it is encoded. */
function answerTo(request: Partial<AssetRequest>): { status: number; body?: string; encoding?: string } {
  const headers = new Map<string, string>();
  let status = 200;
  const reply = {
    headers: () => reply,
    header: (name: string, value: string) => (headers.set(name, value), reply),
    type: () => reply,
    status: (code: number) => ((status = code), reply),
  };
  const sent = sendAsset(reply as unknown as FastifyReply, ASSET, {
    cachedEtag: undefined,
    encodings: undefined,
    ...request,
  });
  const encoding = headers.get('content-encoding');
  return { status, ...(sent && { body: sent.toString() }), ...(encoding && { encoding }) };
}

describe('sendAsset', () => {
  it.each(['"abc"', 'W/"abc"', '"old", W/"abc"', '*'])('sends nothing where the browser has %s', (cachedEtag) => {
    expect(answerTo({ cachedEtag })).toEqual({ status: 304 });
  });

  it.each(['"abcd"', 'W/"old"', 'abc', ''])('sends the asset where the browser has %j', (cachedEtag) => {
    expect(answerTo({ cachedEtag })).toEqual({ status: 200, body: 'plain' });
  });

  it.each(['gzip', 'br, gzip', 'deflate,GZIP;q=0.5', 'gzip ; q=0.001'])('compresses for %s', (encodings) => {
    expect(answerTo({ encodings })).toEqual({ status: 200, body: 'gzipped', encoding: 'gzip' });
  });

  it.each(['br', 'identity, gzip;q=0', 'gzip; q=0.000', 'x-gzip-like', ''])('does not compress for %j', (encodings) => {
    expect(answerTo({ encodings })).toEqual({ status: 200, body: 'plain' });
  });
});
