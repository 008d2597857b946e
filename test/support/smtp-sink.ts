import type { AddressInfo } from 'node:net';
import { simpleParser } from 'mailparser';
import { SMTPServer } from 'smtp-server';
import { AS_SENT } from './mailbox.js';

/** A received mail and its relevant parts. */
export interface ReceivedMail {
  to: string[];
  raw: string;
  messageId: string;
  /** The name of the client in EHLO. */
  clientName: string;
  code?: string;
  /** The secrets behind `#token=` in its links. */
  linkTokens: string[];
  /** Whether the sender got a 250 for this mail. */
  isTaken: boolean;
}

/** In PEM format. */
export interface SinkTls {
  key: Buffer;
  cert: Buffer;
}

/** A mail server that misbehaves on request; by default it accepts everything. */
export class SmtpSink {
  mails: ReceivedMail[] = [];
  /** Refuses a recipient with a code such as 550, or accepts it. */
  refuseRecipient: (address: string) => number | undefined = () => undefined;
  /** Refuses a mail, closes the connection, or accepts the mail. The sender waits until the promise resolves. */
  refuseMail: (mail: ReceivedMail) => Promise<number | 'hang up' | undefined> = async () => undefined;
  /** Whether mails are parsed and stored, which costs time. */
  isReading = true;
  /** Whether the text of mails is kept. Tens of thousands of them would fill the memory. */
  isKeepingText = true;
  /** Whether connections get no greeting. */
  isMute = false;
  /** A command that is never answered. */
  ignores?: 'MAIL FROM' | 'RCPT TO';

  private server: SMTPServer;
  private port = 0;

  private constructor(private readonly tls: SinkTls | boolean) {
    this.server = this.newServer();
  }

  /** @param tls offers STARTTLS, with an untrusted certificate or this one */
  static async start({ tls = false }: { tls?: SinkTls | boolean } = {}): Promise<SmtpSink> {
    const sink = new SmtpSink(tls);
    await sink.listen(0);
    return sink;
  }

  get url(): string {
    return `smtp://127.0.0.1:${this.port}`;
  }

  /** Stops listening. */
  async stop(): Promise<void> {
    await new Promise<void>((resolve) => this.server.close(resolve));
  }

  /** Deletes received mails and resets its behaviour. */
  reset(): void {
    this.mails = [];
    this.refuseRecipient = () => undefined;
    this.refuseMail = async () => undefined;
    this.isReading = true;
    this.isKeepingText = true;
    this.isMute = false;
    this.ignores = undefined;
  }

  /** Listens again on the same port. */
  async startAgain(): Promise<void> {
    const { port } = this;
    this.server = this.newServer();
    await this.listen(port);
  }

  private async listen(port: number): Promise<void> {
    await new Promise<void>((resolve) => this.server.listen(port, '127.0.0.1', resolve));
    this.port = (this.server.server.address() as AddressInfo).port;
  }

  private newServer(): SMTPServer {
    const server = new SMTPServer({
      authOptional: true,
      disabledCommands: this.tls === false ? ['AUTH', 'STARTTLS'] : ['AUTH'],
      ...(typeof this.tls === 'object' && this.tls),
      disableReverseLookup: true,
      closeTimeout: 100,
      logger: false,
      onConnect: (_session, done) => {
        if (!this.isMute) done();
      },
      onMailFrom: (_address, _session, done) => {
        if (this.ignores !== 'MAIL FROM') done();
      },
      onRcptTo: ({ address }, _session, done) => {
        if (this.ignores !== 'RCPT TO') done(refusal(this.refuseRecipient(address)));
      },
      onData: (stream, { id, envelope, hostNameAppearsAs }, done) => {
        const chunks: Buffer[] = [];
        stream.on('data', (chunk: Buffer) => chunks.push(chunk));
        stream.on('end', () => {
          const to = envelope.rcptTo.map(({ address }) => address);
          void this.receive(to, hostNameAppearsAs, Buffer.concat(chunks).toString('utf8')).then(async (mail) => {
            const answer = await this.refuseMail(mail);
            // A sender that has given up gets no answer.
            const connection = [...server.connections].find((each) => each.id === id);
            mail.isTaken = answer === undefined && connection !== undefined;
            if (answer !== 'hang up') done(refusal(answer));
            else connection?._socket.destroy();
          });
        });
      },
    });
    server.on('error', () => undefined); // a client that was killed
    return server;
  }

  private async receive(to: string[], clientName: string, raw: string): Promise<ReceivedMail> {
    const { messageId = '', text = '' } = this.isReading ? await simpleParser(raw, AS_SENT) : {};
    const linkTokens = [...text.matchAll(/#(?:\S*&)?token=([\w.-]+)/g)].map(([, token]) => token!);
    const mail: ReceivedMail = {
      to,
      raw: this.isKeepingText ? raw : '',
      messageId,
      clientName,
      code: /^\d{6}$/m.exec(text)?.[0],
      linkTokens,
      isTaken: false,
    };
    if (this.isReading) this.mails.push(mail);
    return mail;
  }
}

function refusal(responseCode: number | undefined): Error | null {
  return responseCode === undefined ? null : Object.assign(new Error('as the test wishes'), { responseCode });
}
