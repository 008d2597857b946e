import type { FastifyInstance } from 'fastify';
import type { Readiness } from '../operations/health/readiness.js';
import { DomainError } from '../platform/http/problems/domain-error.js';
import { EVENT_TOKEN_TYPE } from '../platform/http/validation/event-token-body.js';
import { FORM_TYPE, parseFormBody } from '../platform/http/validation/form-body.js';
import { parseJsonBody } from '../platform/http/validation/json-body.js';
import type { PasswordsService } from '../security/passwords/passwords.service.js';

/*
 * Hooks and body parsers of all routes. None of them needs the database, and most checks run before
 * the body is read.
 */

/** A worker serves health and metrics only: its port must not offer the API. */
export function serveOperationsOnly(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', async ({ url }) => {
    if (!/^\/(health|metrics)(?![^/?])/.test(url))
      throw new DomainError('not_found', { detail: 'API_ENABLED is false' });
  });
}

/**
 * Accepts uncompressed JSON. A compressed body could be a decompression bomb (IV-04). Any page may send
 * a form across origins, so only routes that name its fields accept one (TR-04). Only routes that read
 * security event tokens accept one.
 */
export function acceptJson(fastify: FastifyInstance): void {
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) => {
    try {
      done(null, parseJsonBody(body as Buffer));
    } catch (error) {
      done(error as Error);
    }
  });
  fastify.addContentTypeParser(FORM_TYPE, { parseAs: 'buffer' }, ({ routeOptions }, body, done) => {
    const { formFields } = routeOptions.config;
    if (!formFields) return done(new DomainError('unsupported_media_type', { detail: 'a form' }));
    try {
      done(null, parseFormBody(body as Buffer, formFields));
    } catch (error) {
      done(error as Error);
    }
  });
  fastify.addContentTypeParser(EVENT_TOKEN_TYPE, { parseAs: 'string' }, ({ routeOptions }, body, done) => {
    if (routeOptions.config.readsEventTokens) done(null, { payload: body });
    else done(new DomainError('unsupported_media_type', { detail: 'a security event token' }));
  });
  fastify.addHook('onRequest', ({ headers }, _reply, done) => {
    const encoding = headers['content-encoding'];
    if (encoding === undefined || encoding === 'identity') done();
    else done(new DomainError('unsupported_media_type', { detail: 'compressed body' }));
  });
}

/**
 * Refuses a request with several `Host` headers (RFC 9112 section 3.2). Node.js reads the first one
 * and a proxy may read another, so they could disagree about where the request belongs (IV-08).
 */
export function refuseSeveralHosts(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', ({ raw: { rawHeaders } }, _reply, done) => {
    let hosts = 0;
    for (let index = 0; index < rawHeaders.length; index += 2) {
      const name = rawHeaders[index]!;
      if (name.length === 4 && name.toLowerCase() === 'host') hosts += 1;
    }
    if (hosts <= 1) done();
    else done(new DomainError('bad_request', { detail: 'several Host headers' }));
  });
}

/**
 * Refuses queries on writes other than DELETE. Proxies log URLs and browsers remember them, so a URL
 * must contain no secret (PW-07).
 */
export function refuseQueriesOnWrites(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', ({ method, url }, _reply, done) => {
    const isWrite = method !== 'GET' && method !== 'HEAD' && method !== 'DELETE' && method !== 'OPTIONS';
    if (isWrite && url.includes('?')) done(new DomainError('query_not_allowed'));
    else done();
  });
}

/** Refuses requests that hash a password while the queue of hashes is full, before the body is read or a row is looked up (FT-09). */
export function refuseWhileOverloaded(fastify: FastifyInstance, passwords: PasswordsService): void {
  fastify.addHook('onRequest', ({ routeOptions }, _reply, done) => {
    if (routeOptions.config.hashesPassword !== true || passwords.hasRoom()) done();
    else done(new DomainError('overloaded', { retryAfter: 2, detail: 'hash queue is full' }));
  });
}

/** Makes clients open their next connection elsewhere before this process ends (RFC 9112 section 9.6). */
export function closeConnectionsWhileStopping(fastify: FastifyInstance, readiness: Readiness): void {
  fastify.addHook('onSend', async (_request, reply) => {
    if (readiness.isStopping) void reply.header('connection', 'close');
  });
}
