import { ConfigurationError } from './configuration-error.js';

/** What keeps a process from starting and is the operator's to mend, in plain lines; undefined where it is a fault of ours. */
export function startFailure(error: unknown): string | undefined {
  if (error instanceof ConfigurationError) return error.message;
  const { message, severity, syscall } = (error ?? {}) as { message?: string; severity?: string; syscall?: string };
  // What PostgreSQL says of the whole connection, such as a wrong password or a database that there is not.
  if (severity === 'FATAL') return `The database does not let us in: ${message}`;
  if (syscall === 'listen') return `The port cannot be used: ${message}`;
  return undefined;
}
