import { randomUUID } from 'node:crypto';
import cookie from '@fastify/cookie';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import { AppModule } from '../app.module.js';
import { TokenCookies } from '../auth/tokens/token-cookies.js';
import { deliverTokens } from '../auth/tokens/token-delivery.js';
import { Readiness } from '../operations/health/readiness.js';
import { measureRequests } from '../operations/metrics/http-metrics.js';
import { MetricsRegistry } from '../operations/metrics/metrics-registry.js';
import type { AppConfig } from '../platform/config/app-config.js';
import { ProblemFilter } from '../platform/http/problems/problem.filter.js';
import { StrictValidationPipe } from '../platform/http/validation/strict-validation.pipe.js';
import { AppLogger } from '../platform/logging/app-logger.js';
import { logRequests } from '../platform/logging/request-log.js';
import { nameSpansByRoute } from '../platform/tracing/span-names.js';
import { PasswordsService } from '../security/passwords/passwords.service.js';
import { answerClientErrors, answerFrameworkErrors } from './client-errors.js';
import { setUpSwagger } from './openapi/swagger-ui.js';
import {
  acceptJson,
  closeConnectionsWhileStopping,
  refuseQueriesOnWrites,
  refuseSeveralHosts,
  refuseWhileOverloaded,
  serveOperationsOnly,
} from './request-hooks.js';
import { sendSecurityHeaders } from './security-headers.js';

const MAX_BODY_BYTES = 64 * 1024;
const MAX_HEADER_BYTES = 16 * 1024;
/** What pages send: what the API reads, and what tracing libraries add to every request. */
const CORS_HEADERS = [
  ...['Authorization', 'Content-Type', 'Accept-Language', 'Audit-Reason', 'DPoP'],
  ...['traceparent', 'tracestate', 'baggage', 'sentry-trace'],
];
/** No route has a JSON schema: DTOs check requests. So Fastify need not load its two compilers of schemas. */
const SCHEMAS = { buildValidator: refuseSchemas, buildSerializer: refuseSchemas };
/** Paths outside of /api. */
const UNPREFIXED = ['/', 'pages', 'health/{*path}', '.well-known/{*path}', 'pages/{*path}', 'dev/{*path}', 'metrics'];

/** Builds the application with everything that comes before the controllers. main.ts and the end-to-end tests use it. */
export async function createApp(config: AppConfig): Promise<NestFastifyApplication> {
  const logger = new AppLogger(config.env.LOG_LEVEL);
  const adapter = newAdapter(config);
  const app = await NestFactory.create<NestFastifyApplication>(AppModule, adapter, {
    logger,
    bodyParser: false,
    abortOnError: false,
  });
  const fastify = adapter.getInstance<FastifyInstance>();
  fastify.decorate('defaultLocale', config.defaultLocale);
  if (!config.env.API_ENABLED) serveOperationsOnly(fastify);
  refuseSeveralHosts(fastify);
  acceptJson(fastify);
  refuseQueriesOnWrites(fastify);
  logRequests(fastify, logger);
  if (config.env.OTEL_EXPORTER_OTLP_ENDPOINT !== undefined) nameSpansByRoute(fastify);
  if (config.hasMetrics) measureRequests(fastify, app.get(MetricsRegistry).registry);
  closeConnectionsWhileStopping(fastify, app.get(Readiness));
  refuseWhileOverloaded(fastify, app.get(PasswordsService));
  await app.register(cookie as never);
  deliverTokens(fastify, app.get(TokenCookies));
  sendSecurityHeaders(fastify);

  app.enableCors({
    // An exact list. Other origins get no Access-Control-Allow-Origin, so their browser withholds the answer (TR-03).
    origin: [...config.env.CORS_ORIGINS],
    credentials: config.env.CORS_ORIGINS.length > 0,
    methods: ['GET', 'POST', 'PATCH', 'DELETE'],
    allowedHeaders: [...CORS_HEADERS, ...config.env.CORS_ALLOWED_HEADERS],
    exposedHeaders: ['Retry-After', 'DPoP-Nonce', 'Date'],
    maxAge: 600,
    // OPTIONS without an origin is no preflight; it gets an empty answer instead of an error in plain text.
    strictPreflight: false,
  });
  prefixRoutes(app);
  app.useGlobalPipes(new StrictValidationPipe());
  app.useGlobalFilters(new ProblemFilter());
  if (config.env.SWAGGER_ENABLED) await setUpSwagger(app, fastify);
  return app;
}

function newAdapter(config: AppConfig): FastifyAdapter {
  return new FastifyAdapter({
    // Counts the configured proxies from the right of X-Forwarded-For. What a client writes further
    // left is never believed (BF-02).
    trustProxy: (_address, hop) => hop < config.env.TRUSTED_PROXIES,
    bodyLimit: MAX_BODY_BYTES,
    // Never taken from the client, because it is written to logs and audit rows.
    genReqId: () => randomUUID(),
    requestIdHeader: false,
    logger: false,
    // Slow senders are cut off: headers within 10 s, the whole request within 30 s (TR-07).
    // By itself, Node.js checks only every 30 s.
    http: { maxHeaderSize: MAX_HEADER_BYTES, headersTimeout: 10_000, connectionsCheckingInterval: 5_000 },
    requestTimeout: 30_000,
    connectionTimeout: 60_000,
    keepAliveTimeout: 65_000,
    forceCloseConnections: 'idle',
    // A request that has arrived is served, also while stopping: a client could not safely repeat one that writes.
    return503OnClosing: false,
    schemaController: { compilersFactory: SCHEMAS },
    clientErrorHandler: answerClientErrors(config),
    frameworkErrors: answerFrameworkErrors(config),
  });
}

function refuseSchemas(): never {
  throw new Error('A route has a JSON schema, although DTOs check requests.');
}

/** Puts all routes below /api, except for those that other programs expect elsewhere. */
export function prefixRoutes(app: NestFastifyApplication): void {
  app.setGlobalPrefix('api', { exclude: UNPREFIXED });
}
