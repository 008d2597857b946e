import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import cookie from '@fastify/cookie';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import helmet from 'helmet';
import { AppModule } from '../app.module.js';
import { AppConfig } from '../platform/config/app-config.js';
import { DomainError } from '../platform/http/problems/domain-error.js';
import { asDomainError, problemHeaders, problemOf } from '../platform/http/problems/problem-answer.js';
import { ProblemFilter } from '../platform/http/problems/problem.filter.js';
import { Readiness } from '../operations/health/readiness.js';
import { negotiateLocale } from '../platform/i18n/locale.js';
import { logRequests } from '../platform/logging/request-log.js';
import { AppLogger } from '../platform/logging/app-logger.js';
import { measureRequests } from '../operations/metrics/http-metrics.js';
import { MetricsRegistry } from '../operations/metrics/metrics-registry.js';
import { PasswordsService } from '../security/passwords/passwords.service.js';
import { nameSpansByRoute } from '../platform/tracing/span-names.js';
import { setUpSwagger } from './openapi/swagger-ui.js';
import { parseJsonBody } from '../platform/http/validation/json-body.js';
import { StrictValidationPipe } from '../platform/http/validation/strict-validation.pipe.js';

const MAX_BODY_BYTES = 64 * 1024;
const MAX_HEADER_BYTES = 16 * 1024;
/** Paths outside /api. */
const UNPREFIXED = ['health/{*path}', '.well-known/{*path}', 'pages/{*path}', 'dev/{*path}', 'metrics'];

/** Besides what helmet sends by itself, with every answer (ASVS 3.4); pages and Swagger UI loosen the content policy for themselves. */
const SECURITY_HEADERS = {
  contentSecurityPolicy: {
    useDefaults: false,
    directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"], baseUri: ["'none'"], formAction: ["'none'"] },
  },
  referrerPolicy: { policy: 'no-referrer' },
  frameguard: { action: 'deny' },
  strictTransportSecurity: { maxAge: 31_536_000, includeSubDomains: true },
} as const;

/**
 * As they are sent. They never change, so helmet is asked once: made anew for each answer, they cost as much as reading its
 * request. Answers made outside of Fastify's life cycle, which {@link sendSecurityHeaders} does not get to see, take them from here.
 */
const HEADERS = securityHeaders();

/** Builds the application with everything that stands before the controllers: used by main.ts and so by the end-to-end tests. */
export async function createApp(config: AppConfig): Promise<NestFastifyApplication> {
  const logger = new AppLogger(config.env.LOG_LEVEL);
  const adapter = new FastifyAdapter({
    // Counted from our end: whatever a client puts further left in X-Forwarded-For is never believed (BF-02).
    trustProxy: (_address, hop) => hop < config.env.TRUSTED_PROXIES,
    bodyLimit: MAX_BODY_BYTES,
    // Never taken from the client: it ends in logs and audit rows.
    genReqId: () => randomUUID(),
    requestIdHeader: false,
    logger: false,
    // Slow senders are cut off: the head within 10 s, the whole request within 30 s (TR-07). Node looks every 30 s by itself.
    http: { maxHeaderSize: MAX_HEADER_BYTES, headersTimeout: 10_000, connectionsCheckingInterval: 5_000 },
    requestTimeout: 30_000,
    connectionTimeout: 60_000,
    keepAliveTimeout: 65_000,
    forceCloseConnections: 'idle',
    // A request that has come in is served, also while stopping: turned away, one that writes could not simply be sent again.
    return503OnClosing: false,
    clientErrorHandler: answerClientError(config),
    frameworkErrors: (error: unknown, request: FastifyRequest, reply: FastifyReply) => {
      const refusal = asDomainError(error);
      const locale = negotiateLocale(request.headers['accept-language'], config.defaultLocale);
      void reply
        .status(refusal.status)
        .headers({ ...HEADERS, ...problemHeaders(refusal) })
        .send(JSON.stringify(problemOf(refusal, { locale, requestId: request.id })));
    },
  });
  const app = await NestFactory.create<NestFastifyApplication>(AppModule, adapter, {
    logger,
    bodyParser: false,
    abortOnError: false,
  });
  const fastify = adapter.getInstance<FastifyInstance>();
  fastify.decorate('defaultLocale', config.defaultLocale);
  if (!config.env.API_ENABLED) answerOperationsOnly(fastify);
  acceptJsonOnly(fastify);
  refuseQueriesOnWrites(fastify);
  logRequests(fastify, logger);
  if (config.env.OTEL_EXPORTER_OTLP_ENDPOINT !== undefined) nameSpansByRoute(fastify);
  if (config.hasMetrics) measureRequests(fastify, app.get(MetricsRegistry).registry);
  closeConnectionsWhileStopping(fastify, app.get(Readiness));
  refuseWhileOverloaded(fastify, app.get(PasswordsService));
  await app.register(cookie as never);
  sendSecurityHeaders(fastify);

  app.enableCors({
    // An exact list; anyone else gets no Access-Control-Allow-Origin, so their browser keeps the answer from them (TR-03).
    origin: [...config.env.CORS_ORIGINS],
    credentials: config.env.CORS_ORIGINS.length > 0,
    methods: ['GET', 'POST', 'PATCH', 'DELETE'],
    allowedHeaders: ['Authorization', 'Content-Type', 'Accept-Language'],
    exposedHeaders: ['Retry-After'],
    maxAge: 600,
    // OPTIONS without an origin is no preflight; it gets an empty answer instead of a complaint in plain text.
    strictPreflight: false,
  });
  prefixRoutes(app);
  app.useGlobalPipes(new StrictValidationPipe());
  app.useGlobalFilters(new ProblemFilter());
  if (config.env.SWAGGER_ENABLED) await setUpSwagger(app, fastify);
  return app;
}

/** A worker is asked how it is and nothing else: whoever reaches its port finds no API there. */
function answerOperationsOnly(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', async ({ url }) => {
    if (!/^\/(health|metrics)(?![^/?])/.test(url))
      throw new DomainError('not_found', { detail: 'API_ENABLED is false' });
  });
}

/** Everything is below /api, except for what other programs expect elsewhere. */
export function prefixRoutes(app: NestFastifyApplication): void {
  app.setGlobalPrefix('api', { exclude: UNPREFIXED });
}

/** One content type, uncompressed: a form, which any page may send across origins, is never read (TR-04), and no bomb is unpacked (IV-04). */
function acceptJsonOnly(fastify: FastifyInstance): void {
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) => {
    try {
      done(null, parseJsonBody(body as Buffer));
    } catch (error) {
      done(error as Error);
    }
  });
  fastify.addHook('onRequest', ({ headers }, _reply, done) => {
    const encoding = headers['content-encoding'];
    if (encoding === undefined || encoding === 'identity') done();
    else done(new DomainError('unsupported_media_type', { detail: 'compressed body' }));
  });
}

/** Secrets have no place in a URL, which proxies log and browsers remember; so writes take no query at all (PW-07). */
function refuseQueriesOnWrites(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', ({ method, url }, _reply, done) => {
    const isWrite = method !== 'GET' && method !== 'HEAD' && method !== 'DELETE' && method !== 'OPTIONS';
    if (isWrite && url.includes('?')) done(new DomainError('query_not_allowed'));
    else done();
  });
}

/** A flood of logins is refused at the least cost there is: before a body is read or anything is looked up (FT-09). */
function refuseWhileOverloaded(fastify: FastifyInstance, passwords: PasswordsService): void {
  fastify.addHook('onRequest', ({ routeOptions }, _reply, done) => {
    if (routeOptions.config.hashesPassword !== true || passwords.hasRoom) done();
    else done(new DomainError('overloaded', { retryAfter: 2, detail: 'hash queue is full' }));
  });
}

/** Tells clients that keep their connection to open the next one elsewhere, before this process is gone (RFC 9112 section 9.6). */
function closeConnectionsWhileStopping(fastify: FastifyInstance, readiness: Readiness): void {
  fastify.addHook('onSend', async (_request, reply) => {
    if (readiness.isStopping) void reply.header('connection', 'close');
  });
}

/** Puts the security headers on every answer, but for those a route has set for itself. */
function sendSecurityHeaders(fastify: FastifyInstance): void {
  const headers = Object.entries(HEADERS);
  fastify.addHook('onSend', (_request, reply, payload, done) => {
    for (const [name, value] of headers) if (!reply.hasHeader(name)) void reply.header(name, value);
    done(null, payload);
  });
}

/** What helmet would send. */
function securityHeaders(): Record<string, string> {
  const headers: Record<string, string> = { 'cache-control': 'no-store' };
  const collect = {
    setHeader: (name: string, value: string) => (headers[name.toLowerCase()] = value),
    removeHeader: () => undefined,
  };
  helmet(SECURITY_HEADERS)({} as IncomingMessage, collect as unknown as ServerResponse, () => undefined);
  return headers;
}

/** Requests that are not even HTTP get a problem answer too, written to the bare socket. */
function answerClientError(config: AppConfig) {
  return function clientErrorHandler(error: Error & { code?: string }, socket: Socket): void {
    if (error.code === 'ECONNRESET' || !socket.writable) {
      socket.destroy();
      return;
    }
    const code =
      error.code === 'HPE_HEADER_OVERFLOW'
        ? 'headers_too_large'
        : error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
          ? 'request_timeout'
          : 'bad_request';
    const refusal = new DomainError(code);
    const body = JSON.stringify(problemOf(refusal, { locale: config.defaultLocale, requestId: randomUUID() }));
    const headers = {
      ...HEADERS,
      ...problemHeaders(refusal),
      'content-length': String(Buffer.byteLength(body)),
      connection: 'close',
    };
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
    socket.end(`HTTP/1.1 ${refusal.status} ${code}\r\n${lines.join('\r\n')}\r\n\r\n${body}`);
  };
}
