import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { ConfigurationError } from './configuration-error.js';
import { listenFailure, startFailure } from './start-failure.js';

const failing = (fields: object, message = 'no'): Error => Object.assign(new Error(message), fields);

describe('a failed start', () => {
  it.each([
    [new ConfigurationError({ PORT: 'is missing' }), /PORT: is missing$/],
    [
      failing({ severity: 'FATAL', code: '28P01' }, 'password authentication failed'),
      /Correct the user or the password/,
    ],
    [failing({ driverError: { code: '42P01' } }, 'relation "x" does not exist'), /Run "munjigi migrate"/],
    [failing({ code: '42501' }, 'permission denied for table x'), /let the role of DATABASE_URL use the tables/],
  ])('is explained with what to do: %s', (error, sentence) => expect(startFailure(error)).toMatch(sentence));

  it.each([
    [{ syscall: 'listen', code: 'EACCES', port: 80, address: '0.0.0.0' }, /^Port 80 needs more rights .* 1024/],
    [{ syscall: 'listen', code: 'EADDRNOTAVAIL', address: '10.0.0.1' }, /^HOST \(10\.0\.0\.1\) is not an address/],
    [
      { syscall: 'listen', code: 'EAFNOSUPPORT', port: 3000, address: '::1' },
      /^The system does not let .* port 3000 of ::1 \(EAFNOSUPPORT\)\.$/,
    ],
    [{ syscall: 'getaddrinfo', code: 'ENOTFOUND', hostname: 'acounts' }, /^HOST \(acounts\) is not the name/],
    [{ syscall: 'getaddrinfo', code: 'ENOTFOUND', hostname: 'db' }, /^The database .* cannot be used/],
  ])('is explained where the server cannot listen: %j', (fields, sentence) =>
    expect(startFailure(listenFailure(failing(fields), 'acounts'))).toMatch(sentence),
  );

  it('names the port that is taken', async () => {
    const first = createServer().listen(0, '127.0.0.1');
    await once(first, 'listening');
    const { port } = first.address() as AddressInfo;
    const [error] = await once(createServer().listen(port, '127.0.0.1'), 'error').then(
      (event) => event as [Error],
      (refusal: Error) => [refusal],
    );
    first.close();
    expect(startFailure(listenFailure(error, '127.0.0.1'))).toContain(
      `Port ${port} of 127.0.0.1 is taken by another program`,
    );
  });

  it('has no explanation where it is a fault of this service', () => {
    for (const error of [new TypeError('x is not a function'), undefined, null])
      expect(startFailure(error)).toBeUndefined();
  });
});
