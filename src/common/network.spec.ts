import { describe, expect, it } from '@jest/globals';
import { coarseNetwork, isLoopbackHost, limitKey } from './network.js';

describe('a network', () => {
  it.each([
    ['198.18.3.7', '198.18.3.0/24'],
    ['::ffff:198.18.3.7', '198.18.3.0/24'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1::/48'],
    ['2001:db8::1', '2001:db8::/48'],
    ['::1', '::/48'],
    ['fe80::1%eth0', 'fe80::/48'],
    ['', 'unknown'],
    ['nonsense', 'unknown'],
    ['1.2.3', 'unknown'],
    ['1.2.3.4, 5.6.7.8', 'unknown'],
  ])('is shown coarsely: %s as %s', (ip, network) => expect(coarseNetwork(ip)).toBe(network));

  it('BF-02 is what limits count by: a whole /64 of IPv6 is one caller', () => {
    const home = ['2001:db8:1:2::1', '2001:db8:1:2:ffff:ffff:ffff:ffff', '2001:db8:1:2:3:4:5:6'].map(limitKey);
    expect(new Set(home).size).toBe(1);
    expect(limitKey('2001:db8:1:3::1')).not.toBe(home[0]);
  });

  it('BF-02 is one address in IPv4, however it is written', () => {
    expect(limitKey('198.18.3.7')).toBe('198.18.3.7');
    expect(limitKey('::ffff:198.18.3.7')).toBe('198.18.3.7');
    expect(limitKey('::FFFF:198.18.3.7')).toBe('198.18.3.7');
    expect(limitKey('198.18.3.8')).not.toBe(limitKey('198.18.3.7'));
  });
});

describe('a host', () => {
  it.each(['localhost', 'app.localhost', '127.0.0.1', '127.9.9.9', '::1', '[::1]'])('is this machine: %s', (host) => {
    expect(isLoopbackHost(host)).toBe(true);
  });

  it.each([
    'example.com',
    'localhost.example.com',
    'notlocalhost',
    '128.0.0.1',
    '127.0.0.1.example.com',
    '::2',
    '0.0.0.0',
    '',
  ])('is not this machine: %s', (host) => expect(isLoopbackHost(host)).toBe(false));
});
