import type { LoggerService } from '@nestjs/common';
import pino, { type DestinationStream, type Logger, type LoggerOptions } from 'pino';
import { LineBuffer } from './line-buffer.js';
import { readableLine } from './readable-line.js';

/**
 * Fields with these names are blanked in an entry and in objects inside it, up to two levels deep, in
 * case a secret is logged by mistake.
 */
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

/** A `code` of the entry itself stays: there it is that of an error. */
const REDACTED_PATHS = REDACTED.flatMap((name) => [...(name === 'code' ? [] : [name]), `*.${name}`, `*.*.${name}`]);

/** At start Nest logs every module and route, which is of use only for debugging. */
const DEBUG_CONTEXTS = new Set([
  'InstanceLoader',
  'RoutesResolver',
  'RouterExplorer',
  'NestFactory',
  'NestApplication',
]);

/** Nest logs an error of the start here before it throws it; main.ts then explains it in one sentence. */
const START_CONTEXTS = new Set(['ExceptionHandler', 'NestApplication']);

/** A person at a terminal reads no JSON. */
const READABLE_OUTPUT: DestinationStream = {
  write: (line) => void process.stdout.write(`${readableLine(line, process.stdout.hasColors())}\n`),
};

/**
 * Writes the log to standard output: one JSON line per entry, with control characters escaped; in a
 * terminal, lines for a person.
 */
export class AppLogger implements LoggerService {
  readonly pino: Logger;
  /**
   * Logs without redaction, which would double the cost of a line. Only for lines with fixed
   * fields, such as those of requests.
   */
  readonly plain: Logger;

  /** @param output where lines go other than to standard output */
  constructor(level: string, output = standardOutput()) {
    const options: LoggerOptions = {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    };
    this.plain = pino(options, output);
    this.pino = pino(
      {
        ...options,
        redact: { paths: REDACTED_PATHS, censor: '[redacted]' },
      },
      output,
    );
  }

  log(message: unknown, ...rest: unknown[]): void {
    this.write(DEBUG_CONTEXTS.has(String(rest.at(-1))) ? 'debug' : 'info', message, rest);
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

  /** Nest passes the context last and, for errors, a stack before it. */
  private write(level: 'debug' | 'info' | 'warn' | 'error' | 'fatal', message: unknown, rest: unknown[]): void {
    const context = rest.at(-1);
    if (level === 'error' && START_CONTEXTS.has(String(context))) return;
    const stack = rest.length > 1 ? rest[0] : undefined;
    this.pino[level]({
      ...(typeof context === 'string' && { context }),
      ...(typeof stack === 'string' && { stack }),
      ...detailsOf(message),
    });
  }
}

function standardOutput(): DestinationStream {
  return process.stdout.isTTY ? READABLE_OUTPUT : new LineBuffer(pino.destination());
}

/** Of an error, only text and stack: other fields may hold data, such as the parameters of a statement. */
function detailsOf(message: unknown): object {
  if (message instanceof Error) return { msg: message.message, stack: message.stack };
  return typeof message === 'object' && message !== null ? message : { msg: String(message) };
}
