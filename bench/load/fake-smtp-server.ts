import { once } from 'node:events';
import net from 'node:net';

/**
 * Like nearly every mail server, this server offers PIPELINING (RFC 2920): a client may send several commands
 * before it reads the answers.
 */
const ANSWERS: Readonly<Record<string, string>> = {
  EHLO: '250-bench\r\n250 PIPELINING\r\n',
  DATA: '354 go on\r\n',
  QUIT: '221 bye\r\n',
};

/**
 * A mail server that accepts everything at once and keeps only the code. It knows only the commands
 * that nodemailer sends, because a complete mail server would cost more CPU than sending the mail.
 */
export class FakeSmtpServer {
  /** Called with each mail. The server accepts the mail when the promise resolves; until then the sender waits. */
  onMail: ((mail: string) => Promise<void>) | undefined;
  private readonly waiting = new Map<string, (code: string) => void>();
  private readonly sockets = new Set<net.Socket>();
  private readonly server = net.createServer((socket) => this.serve(socket));

  async listen(port: number): Promise<void> {
    this.server.listen(port, '127.0.0.1');
    await once(this.server, 'listening');
  }

  /** Stops listening and closes every connection, as a stopped mail server does. */
  async stop(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }

  /** Resolves with the code of the next mail to this address that holds one. */
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
        socket.write(ANSWERS[verb] ?? '250 bench\r\n');
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
