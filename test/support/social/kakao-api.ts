import http from 'node:http';
import { closeServer, listenLocally, portOf } from '../local-server.js';

export const KAKAO_ADMIN_KEY = 'admin-key-of-the-app-at-kakao';

/** Stands in for the API of Kakao with which a service unlinks its users. */
export class KakaoApi {
  /** The accounts that were unlinked. */
  readonly revoked: string[] = [];
  private readonly server = http.createServer((request, response) => {
    void this.answer(request).then(([status, body]) => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    });
  });

  async start(): Promise<this> {
    await listenLocally(this.server);
    return this;
  }

  get url(): string {
    return `http://127.0.0.1:${portOf(this.server)}`;
  }

  async stop(): Promise<void> {
    await closeServer(this.server);
  }

  private async answer(request: http.IncomingMessage): Promise<[number, object]> {
    const { url, headers } = request;
    if (url !== '/v1/user/unlink' || headers.authorization !== `KakaoAK ${KAKAO_ADMIN_KEY}`)
      return [401, { code: -401 }];
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const form = new URLSearchParams(Buffer.concat(chunks).toString());
    const id = form.get('target_id')!;
    if (form.get('target_id_type') !== 'user_id' || this.revoked.includes(id)) return [400, { code: -101 }];
    this.revoked.push(id);
    return [200, { id }];
  }
}
