import { setTimeout as pause } from 'node:timers/promises';
import { EventStreamParser } from './event-stream.js';
import type { Settings } from './options.js';
import type { Revocations } from './revocations.js';

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 5000;

/** Keeps a connection to the stream of revocations; connects again when it breaks. */
export class StreamFollower {
  private readonly stopping = new AbortController();
  private connection: AbortController | undefined;

  constructor(
    private readonly settings: Settings,
    private readonly revocations: Revocations,
  ) {}

  /** Ends only after {@link stop}. */
  async follow(): Promise<void> {
    const { signal } = this.stopping;
    let wait = FIRST_PAUSE_MS;
    while (!signal.aborted) {
      const before = this.revocations.lastId;
      await this.readOnce().catch((error: Error) => {
        const { issuer, warn } = this.settings;
        if (!signal.aborted) warn(`The stream of revocations from ${issuer} broke: ${error.message}`);
      });
      wait = this.revocations.lastId === before ? Math.min(wait * 2, LONGEST_PAUSE_MS) : FIRST_PAUSE_MS;
      // Spread, because a restart of the server cuts off all its listeners at once.
      await pause(wait * (0.5 + Math.random() / 2), undefined, { signal }).catch(() => undefined);
    }
  }

  stop(): void {
    this.stopping.abort();
    this.connection?.abort();
  }

  private async readOnce(): Promise<void> {
    const { issuer, apiKey, maxSilenceMs } = this.settings;
    const connection = (this.connection = new AbortController());
    const watch = setInterval(() => connection.abort(), maxSilenceMs); // a connection can die without a word
    try {
      const { lastId } = this.revocations;
      const response = await fetch(`${issuer}/api/integrations/revocations`, {
        headers: {
          authorization: `Bearer ${apiKey}`,
          accept: 'text/event-stream',
          ...(lastId !== undefined && { 'last-event-id': lastId }),
        },
        redirect: 'error', // would lead the key elsewhere
        signal: connection.signal,
      });
      if (response.status === 401 || response.status === 403)
        throw new Error(`it answered ${response.status}; the API key must be valid, with the scope revocations:read`);
      if (response.status !== 200 || !response.body) throw new Error(`it answered ${response.status}`);
      const parser = new EventStreamParser((message) => this.revocations.read(message));
      const decoder = new TextDecoder();
      for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
        watch.refresh();
        parser.push(decoder.decode(chunk, { stream: true }));
      }
      throw new Error('it ended');
    } finally {
      clearInterval(watch);
    }
  }
}
