import { pipeline, Transform, type Readable, type TransformCallback } from 'node:stream';

/** The part of a nodemailer message that this plugin uses. */
export interface StreamedMessage {
  readonly message: { processFunc(replace: (content: Readable) => Readable): void };
}

/** Passes a message on as one chunk. */
class WholeMessage extends Transform {
  private readonly chunks: Buffer[] = [];

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.chunks.push(chunk);
    done();
  }

  override _flush(done: TransformCallback): void {
    done(null, Buffer.concat(this.chunks));
  }
}

/**
 * A plugin of nodemailer that sends a message in one write. The library writes each header block
 * and each piece of a body to the socket, and a system call costs more than the copy.
 */
export function sendWhole({ message }: StreamedMessage, callback: (error?: Error) => void): void {
  // An error of the content ends the result with it.
  message.processFunc((content) => pipeline(content, new WholeMessage(), () => undefined));
  callback();
}
