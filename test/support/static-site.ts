import { readFile } from 'node:fs/promises';
import http from 'node:http';
import path from 'node:path';
import { closeServer, listenLocally, portOf } from './local-server.js';

const TYPES: Record<string, string> = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css' };

/** Serves a folder as a website on loopback, with its own origin like a customer's app. */
export interface StaticSite {
  readonly origin: string;
  close(): Promise<void>;
}

/** `pages` are served in addition, by path. */
export async function serveFolder(folder: string, pages: Record<string, string> = {}): Promise<StaticSite> {
  const server = http.createServer((request, response) => {
    const wanted = new URL(request.url ?? '/', 'http://site').pathname;
    const name = wanted === '/' ? '/index.html' : wanted;
    const content = pages[name] ?? readFile(path.join(folder, path.posix.normalize(name)));
    Promise.resolve(content).then(
      (body) => response.setHeader('content-type', TYPES[path.extname(name)] ?? 'text/plain').end(body),
      () => response.writeHead(404).end(),
    );
  });
  await listenLocally(server);
  return {
    origin: `http://127.0.0.1:${portOf(server)}`,
    close: () => closeServer(server),
  };
}
