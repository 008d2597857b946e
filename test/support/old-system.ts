import http from 'node:http';
import { Webhook } from 'standardwebhooks';
import { closeServer, listenLocally, portOf } from './local-server.js';

/** An account of the old system. A successful answer holds all fields but the password. */
export interface OldAccount {
  id: string | number;
  password: string;
  loginId?: string;
  email?: string;
  emailVerified?: boolean;
  [field: string]: unknown;
}

type Reply = (response: http.ServerResponse) => void | Promise<void>;

/** A system that members move from: its accounts, and the route that `IMPORT_HOOK_URL` names. */
export class OldSystem {
  static readonly SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
  readonly accounts: OldAccount[] = [];
  /** The verified requests. */
  readonly asked: { type: string; identifier: string; password: string }[] = [];
  readonly refused: string[] = [];
  /** Takes the place of every answer while it is set. */
  reply: Reply | null = null;
  /** Runs before each answer. */
  beforeAnswer: () => Promise<void> = async () => undefined;

  private constructor(private readonly server: http.Server) {}

  static async listen(): Promise<OldSystem> {
    const server = http.createServer();
    const system = new OldSystem(server);
    server.on('request', (request, response) => void system.answer(request, response));
    await listenLocally(server);
    return system;
  }

  /** The settings of a server that asks this system. */
  get env(): Record<string, string> {
    const url = `http://127.0.0.1:${portOf(this.server)}/check-login/`;
    return { IMPORT_HOOK_URL: url, IMPORT_HOOK_SECRET: OldSystem.SECRET };
  }

  async close(): Promise<void> {
    await closeServer(this.server);
  }

  private async answer(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const body = Buffer.concat(await request.toArray()).toString();
    try {
      new Webhook(OldSystem.SECRET).verify(body, request.headers as Record<string, string>);
    } catch (error) {
      this.refused.push((error as Error).message);
      return void response.writeHead(400).end();
    }
    const asked = JSON.parse(body);
    this.asked.push(asked);
    await this.beforeAnswer();
    if (this.reply) return void (await this.reply(response));
    const account = this.accounts.find(
      ({ loginId, email, password }) => [loginId, email].includes(asked.identifier) && password === asked.password,
    );
    if (!account) return void response.writeHead(401).end();
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ ...account, password: undefined }));
  }
}
