import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import http from 'node:http';
import { text } from 'node:stream/consumers';
import { SMTPServer } from 'smtp-server';
import { closeServer, listenLocally, portOf } from './local-server.js';

interface StoredMail {
  id: string;
  /** The recipients in the SMTP envelope. */
  recipients: string[];
  raw: string;
}

/**
 * The mail server of a test run: keeps each mail as it came, and answers the three requests of
 * MailDev's API that inboxes.ts sends. MailDev itself parses each mail and copies all of them for each
 * request, which took two thirds of this process's time.
 */
export class TestInbox {
  /** By recipient, so that a request looks at no other mail. */
  private readonly byRecipient = new Map<string, StoredMail[]>();
  private readonly byId = new Map<string, StoredMail>();
  private readonly web = http.createServer((request, response) => this.answer(request, response));
  private readonly smtp = new SMTPServer({
    disabledCommands: ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    closeTimeout: 500,
    logger: false,
    onData: (stream, { envelope }, done) => {
      text(stream).then((raw) => {
        this.store(
          raw,
          envelope.rcptTo.map(({ address }) => address),
        );
        done(); // only now: the mail is in the inbox before its sender gets the answer
      }, done);
    },
  });

  private constructor() {
    this.smtp.on('error', () => undefined); // a client that was killed
  }

  static async listen(): Promise<TestInbox> {
    const inbox = new TestInbox();
    await listenLocally(inbox.web);
    await once(inbox.smtp.listen(0, '127.0.0.1'), 'listening');
    return inbox;
  }

  get smtpUrl(): string {
    return `smtp://127.0.0.1:${portOf(this.smtp.server as http.Server)}`;
  }

  get webUrl(): string {
    return `http://127.0.0.1:${portOf(this.web)}`;
  }

  async stop(): Promise<void> {
    await Promise.all([closeServer(this.web), new Promise<void>((resolve) => this.smtp.close(resolve))]);
  }

  private store(raw: string, recipients: string[]): void {
    const mail = { id: randomUUID(), recipients, raw };
    this.byId.set(mail.id, mail);
    for (const recipient of recipients)
      this.byRecipient.set(recipient, [...(this.byRecipient.get(recipient) ?? []), mail]);
  }

  private remove({ id, recipients }: StoredMail): void {
    this.byId.delete(id);
    for (const recipient of recipients)
      this.byRecipient.set(
        recipient,
        this.byRecipient.get(recipient)!.filter((mail) => mail.id !== id),
      );
  }

  private answer({ method, url = '' }: http.IncomingMessage, response: http.ServerResponse): void {
    const { pathname, searchParams } = new URL(url, 'http://inbox');
    const [, id = '', part] = /^\/api\/email(?:\/([^/]+))?(\/source)?$/.exec(pathname) ?? [];
    const mail = this.byId.get(id);
    if (pathname === '/api/email') response.end(JSON.stringify(this.list(searchParams.get('envelope.to.address'))));
    else if (mail && method === 'GET' && part) response.end(mail.raw);
    else if (mail && method === 'DELETE') response.end(String(this.remove(mail)));
    else response.writeHead(404).end();
  }

  /** Mails in order of arrival; those to every recipient if `recipient` is null. */
  private list(recipient: string | null): Pick<StoredMail, 'id'>[] {
    const found = recipient === null ? this.byId.values() : (this.byRecipient.get(recipient) ?? []);
    return [...found].map(({ id }) => ({ id }));
  }
}
