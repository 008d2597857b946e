import type http from 'node:http';
import type { AddressInfo } from 'node:net';

/** @param port 0 takes a free one */
export async function listenLocally(server: http.Server, port = 0): Promise<void> {
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
}

export const portOf = (server: http.Server): number => (server.address() as AddressInfo).port;

/** Ends open connections as well: clients that keep them would hold the server open. */
export async function closeServer(server: http.Server): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve));
  server.closeAllConnections();
  await closed;
}
