/** A failure that the person at the terminal can read and mend. */
export class CommandError extends Error {
  constructor(
    message: string,
    /** Whether the command was called wrongly, as opposed to having failed. */
    readonly isMisuse = false,
  ) {
    super(message);
  }
}
