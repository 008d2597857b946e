import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';

/** The port that `npm start` tries first, unless PORT is set. */
export const DEFAULT_PORT = 3000;

/** The first free port of the ten from `preferred` upwards. Any free port where these are taken or none is preferred. */
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

/**
 * The port for the server of `npm start`.
 * @param wanted PORT; undefined or empty for the first free one from 3000 on
 * @throws Error when the wanted port is taken: other programs may be set up for it
 */
export async function serverPort({ wanted, host }: { wanted?: string; host: string }): Promise<number> {
  const port = Number(wanted || DEFAULT_PORT);
  if (port === 0) return freePort(undefined, host);
  if (await canListen(port, host)) return port;
  if (wanted) throw new Error(`PORT ${port} is taken by another program. Stop that program, or set another PORT.`);
  const other = await freePort(port + 1, host);
  console.log(`${port} is taken by another program, using ${other}.`);
  return other;
}

/**
 * False when another program has the port. True also when listening fails for another reason, such as
 * missing rights: the server reports it.
 */
export async function canListen(port: number, host: string): Promise<boolean> {
  const probe = createServer().listen(port, host);
  try {
    await once(probe, 'listening');
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'EADDRINUSE';
  } finally {
    probe.close();
  }
}
