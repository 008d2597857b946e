import http from 'node:http';
import { Webhook } from 'standardwebhooks';
import { closeServer, listenLocally, portOf } from './local-server.js';

export interface ReceivedEvent {
  id: string;
  type: string;
  occurredAt: string;
  memberId: string | null;
  data: any;
  schemaVersion: number;
}

/** Answers a request; the default is 204. */
export type Reply = (response: http.ServerResponse, event: ReceivedEvent) => void;

/** A receiver of webhooks: verifies each with the library of Standard Webhooks, as a team's backend does. */
export class WebhookReceiver {
  /** Every verified request, in the order of arrival. While `secret` is empty, every request counts as verified. */
  readonly events: ReceivedEvent[] = [];
  readonly refused: string[] = [];
  secret = '';
  reply: Reply = (response) => void response.writeHead(204).end();
  private readonly server = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString();
      try {
        if (this.secret !== '') new Webhook(this.secret).verify(body, request.headers as Record<string, string>);
      } catch (error) {
        this.refused.push((error as Error).message);
        return void response.writeHead(401).end();
      }
      const event = JSON.parse(body) as ReceivedEvent;
      if (event.id !== request.headers['webhook-id']) this.refused.push('another id in the header');
      this.events.push(event);
      this.reply(response, event);
    });
  });

  static async listen(port = 0): Promise<WebhookReceiver> {
    const receiver = new WebhookReceiver();
    await receiver.open(port);
    return receiver;
  }

  get port(): number {
    return portOf(this.server);
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/hook`;
  }

  /** Without repeats: an event may arrive more than once. */
  get distinct(): ReceivedEvent[] {
    return [...new Map(this.events.map((event) => [event.id, event])).values()];
  }

  of(memberId: string): ReceivedEvent[] {
    return this.events.filter((event) => event.memberId === memberId);
  }

  async open(port: number): Promise<void> {
    await listenLocally(this.server, port);
  }

  /** Refuses connections until {@link open}. */
  async close(): Promise<void> {
    await closeServer(this.server);
  }
}
