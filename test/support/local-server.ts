import { once } from 'node:events';
import type http from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * Listens on this machine alone. Idle connections stay open. Otherwise the server could close one just
 * when a busy client sends its next request.
 * @param port 0 takes a free one
 * @throws Error if the port is taken
 */
export async function listenLocally(server: http.Server, port = 0): Promise<void> {
  server.keepAliveTimeout = 0;
  await once(server.listen(port, '127.0.0.1'), 'listening');
}

export const portOf = (server: http.Server): number => (server.address() as AddressInfo).port;

/** Ends open connections as well: clients that keep them would hold the server open. */
export async function closeServer(server: http.Server): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve));
  server.closeAllConnections();
  await closed;
}
