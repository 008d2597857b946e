/**
 * A failure that the operator can mend. The message is for the terminal: one sentence with the
 * reason and one with what to do. It holds no secret, and no stack trace is shown with it.
 */
export class StartError extends Error {}
