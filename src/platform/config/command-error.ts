/**
 * A failure whose message is written for the operator at the terminal and shown without a stack
 * trace.
 */
export class CommandError extends Error {
  constructor(
    message: string,
    /**
     * True if the arguments were wrong (exit code 2), false if the command failed (exit code 1).
     */
    readonly isUsageError = false,
  ) {
    super(message);
  }
}
