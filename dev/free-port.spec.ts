import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { DEFAULT_PORT, freePort, serverPort } from './free-port.js';

const HOST = '127.0.0.1';

describe('the port of npm start', () => {
  const occupier = createServer();
  let taken: number;
  beforeAll(async () => {
    // 3000 where it is free, so that the default is taken in any case.
    occupier.listen((await freePort(DEFAULT_PORT, HOST)) === DEFAULT_PORT ? DEFAULT_PORT : 0, HOST);
    await once(occupier, 'listening');
    taken = (occupier.address() as AddressInfo).port;
  });
  afterAll(() => void occupier.close());

  it('is the next free one where 3000 is taken, and the terminal shows it', async () => {
    const print = jest.spyOn(console, 'log').mockImplementation(() => undefined);
    const port = await serverPort({ host: HOST });
    const lines = print.mock.calls;
    print.mockRestore();
    expect(port).toBeGreaterThan(DEFAULT_PORT);
    expect(lines).toEqual([[`3000 is taken by another program, using ${port}.`]]);
  });

  it('is refused where the wanted one is taken', async () => {
    await expect(serverPort({ wanted: String(taken), host: HOST })).rejects.toThrow(
      `PORT ${taken} is taken by another program. Stop that program, or set another PORT.`,
    );
  });

  it('is the wanted one where listening fails for another reason, which is left to the server to report', async () => {
    const elsewhere = '192.0.2.1'; // for documentation (RFC 5737), so no address of this machine
    await expect(serverPort({ wanted: '3000', host: elsewhere })).resolves.toBe(3000);
  });
});
