import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { HttpSender } from './http-sender.js';

describe('the sender of HTTP requests', () => {
  const hits: string[] = [];
  let answer: http.RequestListener;
  let server: http.Server;
  let port: number;
  let sender: HttpSender | undefined;

  beforeEach(async () => {
    hits.length = 0;
    answer = (_request, response) => void response.end('fine');
    server = http.createServer((request, response) => {
      hits.push(request.url!);
      answer(request, response);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    port = (server.address() as AddressInfo).port;
  });
  afterEach(() => {
    sender?.close();
    server.closeAllConnections();
    server.close();
  });

  const make = (settings: Partial<ConstructorParameters<typeof HttpSender>[0]> = {}): HttpSender =>
    (sender = new HttpSender({ allowPrivateAddresses: true, timeoutMs: 2000, maxAnswerBytes: 10, ...settings }));
  const url = (path = '/'): string => `http://127.0.0.1:${port}${path}`;

  it('posts and returns the answer, with whatever status', async () => {
    answer = (_request, response) => void response.writeHead(503).end('later');
    expect(await make().post(url(), {}, '{}')).toMatchObject({ status: 503, body: 'later', isTruncated: false });
  });

  it('EV-04 follows no redirect', async () => {
    answer = (_request, response) => void response.writeHead(307, { location: url('/inside') }).end();
    expect((await make().post(url(), {}, '{}')).status).toBe(307);
    expect(hits).toEqual(['/']);
  });

  it('reads no more of an answer than allowed, even of one without end', async () => {
    answer = (_request, response) => {
      const timer = setInterval(() => response.write('x'.repeat(64)), 1);
      response.on('close', () => clearInterval(timer));
    };
    expect(await make().post(url(), {}, '{}')).toMatchObject({ body: 'x'.repeat(10), isTruncated: true });
  });

  it('gives up a receiver that never answers, or that never ends its answer', async () => {
    answer = () => undefined;
    await expect(make({ timeoutMs: 50 }).post(url(), {}, '{}')).rejects.toThrow('no answer within 0.05 s');
    answer = (_request, response) => void response.write('x');
    await expect(make({ timeoutMs: 50 }).post(url(), {}, '{}')).rejects.toThrow('no answer within 0.05 s');
  });

  it('ends a request when its signal is aborted', async () => {
    answer = () => undefined;
    const controller = new AbortController();
    const request = make().post(url(), {}, '{}', controller.signal);
    controller.abort();
    await expect(request).rejects.toThrow('abort');
  });

  describe('without private addresses', () => {
    const guarded = (addresses: string[] = []): HttpSender =>
      make({
        allowPrivateAddresses: false,
        resolver: (_host, callback) =>
          callback(
            null,
            addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
          ),
      });

    it.each([
      ...['127.0.0.1', '127.1', '2130706433', '0x7f000001', '0177.0.0.1', '0', '10.0.0.1', '172.16.5.4', '192.168.1.1'],
      ...['169.254.169.254', '0xa9fea9fe', '100.64.0.1', '192.0.0.8', '198.18.0.1', '224.0.0.1', '255.255.255.255'],
      ...['192.0.2.1', '203.0.113.9', '240.0.0.1', '127.0.0.1.', '0x7f.1.', '192.88.99.1'],
      ...['[::1]', '[::]', '[::ffff:127.0.0.1]', '[::ffff:a9fe:a9fe]', '[64:ff9b::7f00:1]', '[64:ff9b:1::a00:1]'],
      ...['[fe80::1]', '[fc00::1]', '[fd12:3456::1]', '[2002:7f00:1::]', '[2001:db8::1]', '[2001:0:7f00:1::]'],
      ...['[::127.0.0.1]', '[ff02::1]', '[fec0::1]', '[3fff::1]', '１２７.０.０.１'],
    ])('EV-04 refuses the address %s', async (host) => {
      await expect(guarded().post(`https://${host}:${port}/`, {}, '{}')).rejects.toThrow('not public');
      expect(hits).toEqual([]);
    });

    it.each(['127.0.0.1', '::ffff:10.0.0.1', 'fe80::1', '169.254.169.254', '64:ff9b::a9fe:a9fe'])(
      'EV-04 refuses a name that resolves to %s, also beside a public address',
      async (address) => {
        const url = `https://receiver.example:${port}/`;
        await expect(guarded([address]).post(url, {}, '{}')).rejects.toThrow('not public');
        await expect(guarded(['93.184.216.34', address]).post(url, {}, '{}')).rejects.toThrow('not public');
        expect(hits).toEqual([]);
      },
    );

    it('EV-04 connects to the address that was checked, not to what the name resolves to later', async () => {
      const asked: string[] = [];
      sender = make({
        allowPrivateAddresses: false,
        resolver: (host, callback) => {
          asked.push(host);
          // A public address, outside the ranges for documentation. The second answer is private.
          const address = asked.length === 1 ? '198.51.99.1' : '127.0.0.1';
          setImmediate(callback, null, [{ address, family: 4 }]);
        },
      });
      // From a loopback address, so that the operating system refuses to leave the machine.
      sender['agents']['https:'].options.localAddress = '127.0.0.1';
      await expect(sender.post(`https://rebinding.example:${port}/`, {}, '{}')).rejects.toThrow('198.51.99.1');
      expect(asked).toEqual(['rebinding.example']);
      await expect(sender.post(`https://rebinding.example:${port}/`, {}, '{}')).rejects.toThrow('not public');
      expect(hits).toEqual([]);
    });

    it('EV-04 refuses plain HTTP and other schemes', async () => {
      for (const url of ['http://example.com/', 'ftp://example.com/', 'file:///etc/passwd'])
        await expect(guarded().post(url, {}, '{}')).rejects.toThrow('only https');
    });
  });
});
