import http from 'node:http';
import { json } from 'node:stream/consumers';
import { closeServer, listenLocally, portOf } from './local-server.js';
import { serverForManyRequests, TestApp } from './test-app.js';

/** An idle server is stopped when more than this many run. More can be in use at once. Each takes about 110 MiB. */
const MOST_SERVERS = 12;

/** What a test file asks for. */
export interface LoanRequest {
  /** The Jest worker, which runs one test file at a time. */
  borrower: string;
  /** Environment variables in the order of their names; null removes one. */
  settings: [name: string, value: string | null][];
}

/** A server that another process has started. */
export interface Loan {
  id: string;
  origin: string;
  databaseName: string;
}

interface SharedServer extends LoanRequest {
  id: string;
  app: Promise<TestApp>;
  /** How often the borrower has asked for it and not yet returned it. */
  loans: number;
}

/**
 * Lends servers to test files, each server to one file at a time, with the rows that earlier files
 * left. A server starts when a file asks for settings that no idle one has. Files ask over HTTP,
 * because Jest's workers are processes of their own.
 */
export class SharedServers {
  /** The server that has not been lent for the longest time comes first. */
  private servers: SharedServer[] = [];
  private started = 0;

  private constructor(private readonly listener: http.Server) {
    listener.on('request', (request, response) => {
      const id = request.url!.slice(1);
      const answer = request.method === 'DELETE' ? this.takeBack(id) : this.lend(request);
      answer.then(
        (loan) => response.end(JSON.stringify(loan)),
        (error: Error) => response.writeHead(500).end(error.message),
      );
    });
  }

  static async listen(): Promise<SharedServers> {
    const listener = http.createServer();
    await listenLocally(listener);
    return new SharedServers(listener);
  }

  get url(): string {
    return `http://127.0.0.1:${portOf(this.listener)}`;
  }

  async stop(): Promise<void> {
    await closeServer(this.listener);
    await Promise.all(this.servers.map(async ({ app }) => (await app).stop()));
  }

  private async lend(request: http.IncomingMessage): Promise<Loan> {
    const wanted = (await json(request)) as LoanRequest;
    const server = this.find(wanted) ?? this.start(wanted);
    server.borrower = wanted.borrower;
    server.loans += 1;
    this.servers = [...this.servers.filter((other) => other !== server), server];
    await this.stopOldest();
    const { origin, database } = await server.app.catch((error: unknown) => {
      this.servers = this.servers.filter((other) => other !== server); // the next file tries again
      throw error;
    });
    return { id: server.id, origin, databaseName: database.name };
  }

  private async takeBack(id: string): Promise<void> {
    const server = this.servers.find((candidate) => candidate.id === id);
    if (server) server.loans -= 1;
    await this.stopOldest();
  }

  private find({ borrower, settings }: LoanRequest): SharedServer | undefined {
    return this.servers.find(
      (server) =>
        (server.loans === 0 || server.borrower === borrower) &&
        JSON.stringify(server.settings) === JSON.stringify(settings),
    );
  }

  private start(wanted: LoanRequest): SharedServer {
    const env = Object.fromEntries(wanted.settings.map(([name, value]) => [name, value ?? undefined]));
    return {
      ...wanted,
      id: String(++this.started),
      app: TestApp.start({ env, program: serverForManyRequests() }),
      loans: 0,
    };
  }

  /** Makes room for servers with other settings. */
  private async stopOldest(): Promise<void> {
    const oldest = this.servers.find(({ loans }) => loans === 0);
    if (!oldest || this.servers.length <= MOST_SERVERS) return;
    this.servers = this.servers.filter((server) => server !== oldest);
    await (await oldest.app).stop();
  }
}
