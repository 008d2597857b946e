import type { LoggerService } from '@nestjs/common';
import pino, { type Logger, type LoggerOptions } from 'pino';

/** Nothing secret is ever handed to the log; should it happen by mistake, these names are blanked wherever they stand. */
const REDACTED = [
  'password',
  'newPassword',
  'currentPassword',
  'code',
  'token',
  'accessToken',
  'refreshToken',
  'resetToken',
  'deviceToken',
  'authorization',
  'cookie',
];

/** Nest tells of every module and route at start; that is for debugging. */
const CHATTY = new Set(['InstanceLoader', 'RoutesResolver', 'RouterExplorer', 'NestFactory', 'NestApplication']);

/** Writes the log: one JSON line for each event, control characters escaped, to standard output. */
export class AppLogger implements LoggerService {
  readonly pino: Logger;
  /** For lines made of fields that we name ourselves, such as those of requests: looking for secrets in each costs as much as writing it. */
  readonly plain: Logger;

  constructor(level: string) {
    const options: LoggerOptions = {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    };
    this.plain = pino(options);
    this.pino = pino({
      ...options,
      redact: { paths: REDACTED.flatMap((name) => [`*.${name}`, `*.*.${name}`]), censor: '[redacted]' },
    });
  }

  log(message: unknown, ...rest: unknown[]): void {
    this.write(CHATTY.has(String(rest.at(-1))) ? 'debug' : 'info', message, rest);
  }

  error(message: unknown, ...rest: unknown[]): void {
    this.write('error', message, rest);
  }

  warn(message: unknown, ...rest: unknown[]): void {
    this.write('warn', message, rest);
  }

  debug(message: unknown, ...rest: unknown[]): void {
    this.write('debug', message, rest);
  }

  fatal(message: unknown, ...rest: unknown[]): void {
    this.write('fatal', message, rest);
  }

  /** Nest puts the context last, and for errors a stack before it. */
  private write(level: 'debug' | 'info' | 'warn' | 'error' | 'fatal', message: unknown, rest: unknown[]): void {
    const context = rest.at(-1);
    const stack = rest.length > 1 ? rest[0] : undefined;
    const details = typeof message === 'object' && message !== null ? message : { msg: String(message) };
    this.pino[level]({
      ...(typeof context === 'string' && { context }),
      ...(typeof stack === 'string' && { stack }),
      ...details,
    });
  }
}
