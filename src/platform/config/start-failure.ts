import { ConfigurationError } from './configuration-error.js';

/**
 * Explains a failed start that the operator can fix. Undefined when the error is a fault of this
 * service.
 */
export function startFailure(error: unknown): string | undefined {
  if (error instanceof ConfigurationError) return error.message;
  const { message, severity, syscall } = (error ?? {}) as { message?: string; severity?: string; syscall?: string };
  // PostgreSQL refused the connection, for example because of a wrong password or an unknown
  // database.
  if (severity === 'FATAL') return `The database refuses the connection: ${message}`;
  if (syscall === 'listen') return `The port cannot be used: ${message}`;
  return undefined;
}
