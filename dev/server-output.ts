import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { readableLine } from '../src/platform/logging/readable-line.js';
import { listeningPort } from './child.js';

/** At these levels the server does not log that it is listening. */
const QUIET_LEVELS = new Set(['warn', 'error', 'fatal', 'silent']);

/** Passes on the log of a server and notices in it that the server listens. */
export class ServerOutput {
  /** An HTTP response alone could come from another program on the same port. */
  isListening = QUIET_LEVELS.has(process.env.LOG_LEVEL ?? '');

  /** Lines are made readable in a terminal; a file or a pipe gets them as they are. */
  constructor(output: Readable, terminal: NodeJS.WriteStream = process.stdout) {
    createInterface({ input: output }).on('line', (line) => {
      this.isListening ||= listeningPort(line) !== undefined;
      terminal.write(`${terminal.isTTY ? readableLine(line, terminal.hasColors()) : line}\n`);
    });
  }
}
