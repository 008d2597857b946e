import { PassThrough } from 'node:stream';
import type MimeNode from 'nodemailer/lib/mime-node';
import * as base64 from 'nodemailer/lib/base64';
import * as qp from 'nodemailer/lib/qp';

/** The part of a nodemailer message that this plugin uses. */
export interface ComposedMessage {
  readonly message: MimeNode;
}

/** Streams the bytes as one chunk. */
class WholeMessage extends PassThrough {
  constructor(bytes: Buffer) {
    super();
    this.end(bytes);
  }
}

/**
 * A plugin of nodemailer that writes a message out at once. The library reads each part through a
 * chain of streams, and sends each header block and each piece of a body to the socket by itself.
 */
export function writeWhole({ message }: ComposedMessage, callback: (error?: Error) => void): void {
  try {
    const bytes = Buffer.from(textOf(message));
    message.createReadStream = () => new WholeMessage(bytes);
  } catch (error) {
    return callback(error as Error);
  }
  callback();
}

/** @returns the node and all below it, as RFC 2046 section 5.1 delimits them */
function textOf(node: MimeNode): string {
  const head = `${node.buildHeaders()}\r\n\r\n`;
  if (!node.multipart) return head + bodyOf(node);
  const parts = node.childNodes.map((child) => `--${node.boundary}\r\n${textOf(child)}\r\n`);
  return `${head}${parts.join('')}--${node.boundary}--\r\n`;
}

function bodyOf(node: MimeNode): string {
  const { content } = node;
  if (typeof content !== 'string' && !Buffer.isBuffer(content)) throw new Error('a mail consists of texts and bytes');
  switch (node.getTransferEncoding()) {
    case 'base64':
      return base64.wrap(base64.encode(content));
    case 'quoted-printable':
      return qp.wrap(qp.encode(content));
    default:
      return content.toString();
  }
}
