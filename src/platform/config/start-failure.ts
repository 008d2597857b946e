import {
  describeRefusal,
  isDatabaseClosed,
  isDatabaseUnavailable,
  isSchemaGap,
  reasonOf,
} from '../database/database-errors.js';
import { StartError } from './start-error.js';

/** Errors of the operating system when a server begins to listen. */
interface ListenError {
  readonly syscall?: string;
  readonly code?: string;
  readonly port?: number;
  readonly address?: string;
  readonly hostname?: string;
}

/**
 * Explains a failed start that the operator can fix. Undefined when the error is a fault of this
 * service.
 */
export function startFailure(error: unknown): string | undefined {
  if (error instanceof StartError) return error.message;
  // The database was lost after the first connection, which already reports mistakes in settings.
  if (
    (error as { severity?: string } | undefined)?.severity === 'FATAL' ||
    isDatabaseClosed(error) ||
    isDatabaseUnavailable(error)
  )
    return describeRefusal(error);
  if (isSchemaGap(error))
    return `The database does not fit this version: ${reasonOf(error)}. Run "munjigi migrate", and let the role of DATABASE_URL use the tables.`;
  return undefined;
}

/**
 * Turns an error of listening into one with a sentence for the operator. Returns any other error unchanged.
 * @param host the setting HOST
 */
export function listenFailure(error: unknown, host: string): unknown {
  const failure = error as ListenError;
  if (failure.syscall === 'listen') return new StartError(describeListenError(failure), { cause: error });
  if (failure.syscall !== 'getaddrinfo' || failure.hostname !== host) return error;
  const sentence = `HOST (${host}) is not the name of this machine. Set it to an address of this machine, or to 0.0.0.0 for all.`;
  return new StartError(sentence, { cause: error });
}

function describeListenError({ code, port, address }: ListenError): string {
  if (code === 'EADDRINUSE')
    return `Port ${port} of ${address} is taken by another program (EADDRINUSE). Stop that program, or set PORT or METRICS_PORT to another port.`;
  if (code === 'EACCES')
    return `Port ${port} needs more rights than this process has (EACCES). Set PORT or METRICS_PORT to one from 1024 on.`;
  if (code === 'EADDRNOTAVAIL')
    return `HOST (${address}) is not an address of this machine (${code}). Set it to one, or to 0.0.0.0 for all.`;
  return `The system does not let this process listen on port ${port} of ${address} (${code}).`;
}
