import http from 'node:http';
import { Webhook } from 'standardwebhooks';
import { closeServer, listenLocally, portOf } from './local-server.js';

/** A question of the server, as the product's backend receives it. */
export interface HookQuestion {
  type: 'token.login' | 'token.refresh';
  memberId: string;
  sessionId?: string;
  isNewMember?: boolean;
  locale: string;
}

type Reply = (response: http.ServerResponse, question: HookQuestion) => void;

/** The product's backend that `TOKEN_HOOK_URL` names. Each member may have an answer of their own. */
export class ProductHook {
  static readonly SECRET = `whsec_${Buffer.alloc(32, 9).toString('base64')}`;
  /** The verified questions. */
  readonly asked: HookQuestion[] = [];
  /** One error message for each question that failed verification. */
  readonly unsigned: string[] = [];
  /** For all members without an answer of their own. */
  answer: object = {};
  private readonly answers = new Map<string, object | Reply>();

  private constructor(private readonly server: http.Server) {}

  static async listen(): Promise<ProductHook> {
    const server = http.createServer();
    const hook = new ProductHook(server);
    server.on('request', (request, response) => void hook.receive(request, response));
    await listenLocally(server);
    return hook;
  }

  /** The settings of a server that asks this backend. */
  get env(): Record<string, string> {
    const url = `http://127.0.0.1:${portOf(this.server)}/token-hook`;
    return { TOKEN_HOOK_URL: url, TOKEN_HOOK_SECRET: ProductHook.SECRET };
  }

  /** Answers questions about this member in this way, and others as before. */
  for(memberId: string, answer: object | Reply): void {
    this.answers.set(memberId, answer);
  }

  about(memberId: string): HookQuestion[] {
    return this.asked.filter((question) => question.memberId === memberId);
  }

  async close(): Promise<void> {
    await closeServer(this.server);
  }

  private async receive(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const body = Buffer.concat(await request.toArray()).toString();
    try {
      new Webhook(ProductHook.SECRET).verify(body, request.headers as Record<string, string>);
    } catch (error) {
      this.unsigned.push((error as Error).message);
      return void response.writeHead(401).end();
    }
    const question = JSON.parse(body) as HookQuestion;
    this.asked.push(question);
    const answer = this.answers.get(question.memberId) ?? this.answer;
    if (typeof answer === 'function') return (answer as Reply)(response, question);
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(answer));
  }
}
