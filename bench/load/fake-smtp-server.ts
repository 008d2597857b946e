import { once } from 'node:events';
import net from 'node:net';

/**
 * A mail server that takes everything at once and keeps nothing but the code in it. Spoken to by nodemailer alone, so it
 * knows just the commands that nodemailer sends; a whole mail server would cost more than the mail it is to receive.
 */
export class FakeSmtpServer {
  /** Sees each mail before it is taken; until it resolves, the sender waits. */
  onMail: ((mail: string) => Promise<void>) | undefined;
  private readonly waiting = new Map<string, (code: string) => void>();
  private readonly sockets = new Set<net.Socket>();
  private readonly server = net.createServer((socket) => this.serve(socket));

  async listen(port: number): Promise<void> {
    this.server.listen(port, '127.0.0.1');
    await once(this.server, 'listening');
  }

  /** Goes away, as a mail server does that is stopped. */
  async stop(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }

  /** The code of the next mail to this address that carries one. */
  next(address: string): Promise<string> {
    return new Promise((resolve) => this.waiting.set(address, resolve));
  }

  private serve(socket: net.Socket): void {
    this.sockets.add(socket);
    let pending = '';
    let recipient = '';
    let isData = false;
    socket.setEncoding('latin1').setNoDelay(true).write('220 bench\r\n');
    socket.on('close', () => this.sockets.delete(socket)).on('error', () => undefined);
    socket.on('data', (chunk: string) => {
      pending += chunk;
      for (;;) {
        const ending = isData ? '\r\n.\r\n' : '\r\n';
        const end = pending.indexOf(ending);
        if (end < 0) return;
        const text = pending.slice(0, end);
        pending = pending.slice(end + ending.length);
        if (isData) {
          isData = false;
          void this.take(recipient, text).then(() => socket.write('250 taken\r\n'));
          continue;
        }
        const verb = text.slice(0, 4).toUpperCase();
        if (verb === 'RCPT') recipient = /<([^>]*)>/.exec(text)?.[1] ?? '';
        isData = verb === 'DATA';
        socket.write(verb === 'DATA' ? '354 go on\r\n' : verb === 'QUIT' ? '221 bye\r\n' : '250 bench\r\n');
      }
    });
  }

  private async take(recipient: string, mail: string): Promise<void> {
    await this.onMail?.(mail);
    const code = /^\d{6}\r?$/m.exec(mail)?.[0].trim();
    const settle = this.waiting.get(recipient);
    if (code === undefined || settle === undefined) return;
    this.waiting.delete(recipient);
    settle(code);
  }
}
