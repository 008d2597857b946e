import http from 'node:http';
import https from 'node:https';
import { eventually } from './eventually.js';

/** One message of an event stream. */
export interface StreamMessage {
  id: string | undefined;
  event: string;
  data: any;
}

/** A program that follows the revocation stream. */
export class RevocationListener {
  readonly messages: StreamMessage[] = [];
  /** Bytes received, comments included. */
  received = 0;
  /** The largest number of heartbeats that arrived together. It is high if a proxy holds messages back. */
  heartbeatsAtOnce = 0;
  isOver = false;
  private text = '';
  private inThisTurn = 0;

  private constructor(
    private readonly request: http.ClientRequest,
    readonly response: http.IncomingMessage,
  ) {
    response.setEncoding('utf8');
    response.on('data', (text: string) => this.read(text));
    response.on('error', () => undefined); // a stream that is cut off
    response.once('close', () => (this.isOver = true));
  }

  /** @throws Error with the status where the server opens no stream */
  static async connect(
    origin: string,
    key: string,
    { lastEventId, query = '' }: { lastEventId?: string; query?: string } = {},
  ): Promise<RevocationListener> {
    const url = new URL(`/api/integrations/revocations${query}`, origin);
    const headers: http.OutgoingHttpHeaders = { accept: 'text/event-stream', authorization: `Bearer ${key}` };
    if (lastEventId !== undefined) headers['last-event-id'] = lastEventId;
    const options = { headers, agent: false, rejectUnauthorized: false } as const;
    return new Promise((resolve, reject) => {
      const request = (url.protocol === 'https:' ? https : http).get(url, options, (response) => {
        if (response.statusCode === 200) resolve(new RevocationListener(request, response));
        else {
          response.resume();
          reject(new Error(`the stream was refused: ${response.statusCode}`));
        }
      });
      request.on('error', reject);
    });
  }

  get lastId(): string | undefined {
    return this.messages.findLast(({ id }) => id !== undefined)?.id;
  }

  /** The ids of the revoked sessions, in their order. */
  get revoked(): string[] {
    return this.messages.filter(({ event }) => event === 'revocation').map(({ data }) => data.id as string);
  }

  heartbeats(): StreamMessage[] {
    return this.messages.filter(({ event }) => event === 'heartbeat');
  }

  async untilRevoked(sessionId: string, timeoutMs?: number): Promise<StreamMessage> {
    return eventually(
      `revocation of ${sessionId}`,
      async () => this.messages.find(({ event, data }) => event === 'revocation' && data.id === sessionId),
      timeoutMs,
    );
  }

  /** Resolves when this many heartbeats have come. */
  async untilHeartbeat(count: number): Promise<void> {
    await eventually(`heartbeat ${count}`, async () => this.heartbeats().length >= count || undefined);
  }

  async untilOver(): Promise<void> {
    await eventually('the end of the stream', async () => this.isOver || undefined);
  }

  /** Stops reading: the buffers of the connection fill up. */
  pause(): void {
    this.response.pause();
  }

  resume(): void {
    this.response.resume();
  }

  close(): void {
    this.request.destroy();
  }

  private read(text: string): void {
    this.received += Buffer.byteLength(text);
    const parts = (this.text + text).split('\n\n');
    this.text = parts.pop()!;
    const before = this.messages.length;
    for (const part of parts) {
      const fields = new Map(
        part.split('\n').map((line) => [line.split(': ')[0]!, line.slice(line.indexOf(': ') + 2)]),
      );
      if (fields.has('event'))
        this.messages.push({
          id: fields.get('id'),
          event: fields.get('event')!,
          data: JSON.parse(fields.get('data')!),
        });
    }
    const heartbeats = this.messages.slice(before).filter(({ event }) => event === 'heartbeat');
    if (this.inThisTurn === 0) setImmediate(() => (this.inThisTurn = 0));
    this.inThisTurn += heartbeats.length;
    this.heartbeatsAtOnce = Math.max(this.heartbeatsAtOnce, this.inThisTurn);
  }
}
