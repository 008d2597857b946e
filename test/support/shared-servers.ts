import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { type SharedServer, TestApp } from './test-app.js';

/**
 * Keeps one server with default settings, on a database of its own, for each Jest worker. A worker
 * runs one test file at a time, so a file shares its server with the files before it and never with
 * one that runs at the same moment. Servers start when a worker first asks for one, over HTTP,
 * because workers are processes of their own.
 */
export class SharedServers {
  private readonly apps = new Map<string, Promise<TestApp>>();

  private constructor(private readonly listener: http.Server) {
    listener.on('request', (request, response) => {
      this.serverOf(request.url!).then(
        (server) => response.end(JSON.stringify(server)),
        (error: Error) => response.writeHead(500).end(error.message),
      );
    });
  }

  static async listen(): Promise<SharedServers> {
    const listener = http.createServer().listen(0, '127.0.0.1');
    await once(listener, 'listening');
    return new SharedServers(listener);
  }

  get url(): string {
    return `http://127.0.0.1:${(this.listener.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.listener.close();
    await Promise.all([...this.apps.values()].map(async (app) => (await app).stop()));
  }

  private async serverOf(worker: string): Promise<SharedServer> {
    const starting = this.apps.get(worker) ?? TestApp.start();
    this.apps.set(worker, starting);
    const { origin, database } = await starting;
    return { origin, databaseName: database.name };
  }
}
