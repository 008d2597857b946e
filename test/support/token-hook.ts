import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';

/** What the server asks the product. */
export interface HookQuestion {
  type: string;
  memberId: string;
  sessionId?: string;
}

/** A product's backend with the route that `TOKEN_HOOK_URL` names. It checks each signature. */
export class ProductBackend {
  static readonly SECRET = `whsec_${Buffer.alloc(32, 9).toString('base64')}`;
  /** The verified questions of each member. */
  readonly asked: HookQuestion[] = [];
  /** Answers by member; any other member gets the claim `plan`. */
  readonly answers = new Map<string, object>();
  /** While set, every request fails with this status. */
  failsWith: number | null = null;
  /** Runs before each answer. */
  beforeAnswer: (question: HookQuestion) => Promise<void> = async () => undefined;

  private constructor(private readonly server: http.Server) {}

  static async listen(): Promise<ProductBackend> {
    const server = http.createServer();
    const backend = new ProductBackend(server);
    server.on('request', (request, response) => void backend.answer(request, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return backend;
  }

  /** The settings of a server that asks this backend. */
  get env(): Record<string, string> {
    const url = `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/token-hook`;
    return { TOKEN_HOOK_URL: url, TOKEN_HOOK_SECRET: ProductBackend.SECRET };
  }

  askedAbout(memberId: string): string[] {
    return this.asked.filter((question) => question.memberId === memberId).map(({ type }) => type);
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    this.server.closeAllConnections();
    await closed;
  }

  private async answer(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const body = Buffer.concat(await request.toArray()).toString();
    // Throws for a wrong signature; the server under test then gets no answer.
    new Webhook(ProductBackend.SECRET).verify(body, request.headers as Record<string, string>);
    const question = JSON.parse(body) as HookQuestion;
    this.asked.push(question);
    await this.beforeAnswer(question);
    if (this.failsWith !== null) return void response.writeHead(this.failsWith).end();
    response.end(JSON.stringify(this.answers.get(question.memberId) ?? { claims: { plan: 'free' } }));
  }
}
