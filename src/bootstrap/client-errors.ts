import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { AppConfig } from '../platform/config/app-config.js';
import { DomainError } from '../platform/http/problems/domain-error.js';
import type { ErrorCode } from '../platform/http/problems/error-catalogue.js';
import { asDomainError, problemHeaders, problemOf } from '../platform/http/problems/problem-answer.js';
import { negotiateLocale } from '../platform/i18n/locale.js';
import { SECURITY_HEADERS } from '../platform/http/security-headers.js';

/*
 * Problem answers to requests that never reach Nest and its ProblemFilter.
 */

/** By the error code of Node's HTTP server. */
const PARSER_ERRORS: Readonly<Record<string, ErrorCode>> = {
  HPE_HEADER_OVERFLOW: 'headers_too_large',
  ERR_HTTP_REQUEST_TIMEOUT: 'request_timeout',
};

/** For requests that Fastify refuses by itself, such as one with a malformed URL. */
export function answerFrameworkErrors(config: AppConfig) {
  return function frameworkErrors(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
    const refusal = asDomainError(error);
    const locale = negotiateLocale(request.headers['accept-language'], config.defaultLocale);
    void reply
      .status(refusal.status)
      .headers({ ...SECURITY_HEADERS, ...problemHeaders(refusal) })
      .send(JSON.stringify(problemOf(refusal, { locale, requestId: request.id })));
  };
}

/** For requests that Node.js itself refuses, such as bytes that are not HTTP: writes to the bare socket. */
export function answerClientErrors(config: AppConfig) {
  return function clientErrorHandler(error: Error & { code?: string; rawPacket?: unknown }, socket: Socket): void {
    if (error.code === 'ECONNRESET' || !socket.writable) {
      socket.destroy();
      return;
    }
    const code = PARSER_ERRORS[error.code ?? ''] ?? 'bad_request';
    const refusal = new DomainError(code);
    const body = JSON.stringify(problemOf(refusal, { locale: config.defaultLocale, requestId: randomUUID() }));
    const headers = {
      ...SECURITY_HEADERS,
      ...problemHeaders(refusal),
      'content-length': String(Buffer.byteLength(body)),
      connection: 'close',
    };
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
    // No body for HEAD (RFC 9110 section 9.3.2): a client would take one for the next answer.
    const isHead = Buffer.isBuffer(error.rawPacket) && error.rawPacket.toString('latin1', 0, 5) === 'HEAD ';
    socket.write(`HTTP/1.1 ${refusal.status} ${code}\r\n${lines.join('\r\n')}\r\n\r\n${isHead ? '' : body}`);
    // A client that goes on sending is not read any longer: no time limit holds a second time, and a request that was
    // answered by 408 would still run once it is complete.
    socket.destroySoon();
  };
}
