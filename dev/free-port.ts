import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';

/** The first free port from `preferred` upwards (ten are tried), else any free one. */
export async function freePort(preferred?: number, host = '127.0.0.1'): Promise<number> {
  for (let port = preferred ?? 0; preferred && port < preferred + 10; port++) {
    if (await canListen(port, host)) return port;
  }
  const probe = createServer().listen(0, host);
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  return port;
}

async function canListen(port: number, host: string): Promise<boolean> {
  const probe = createServer().listen(port, host);
  try {
    await once(probe, 'listening');
    return true;
  } catch {
    return false;
  } finally {
    probe.close();
  }
}
