import { describe, expect, it } from '@jest/globals';
import { canonicalAddress, coarseNetwork, isLoopbackHost, isPublicAddress, limitKey, unmapped } from './ip-address.js';

describe('the network of an address', () => {
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
  ])('is the /24 or /48: %s is in %s', (ip, network) => expect(coarseNetwork(ip)).toBe(network));

  it('BF-02 is a /64 of IPv6 for limits, which count it as one client', () => {
    const home = ['2001:db8:1:2::1', '2001:db8:1:2:ffff:ffff:ffff:ffff', '2001:db8:1:2:3:4:5:6'].map(limitKey);
    expect(new Set(home).size).toBe(1);
    expect(limitKey('2001:db8:1:3::1')).not.toBe(home[0]);
  });

  it('BF-02 is a single IPv4 address for limits, in either notation', () => {
    expect(limitKey('198.18.3.7')).toBe('198.18.3.7');
    expect(limitKey('::ffff:198.18.3.7')).toBe('198.18.3.7');
    expect(limitKey('::FFFF:198.18.3.7')).toBe('198.18.3.7');
    expect(limitKey('198.18.3.8')).not.toBe(limitKey('198.18.3.7'));
  });
});

describe('the notation of a client address', () => {
  it.each([
    ['1.212.3.4', '1.212.3.4'],
    ['1.212.3.4:51344', '1.212.3.4'],
    ['::ffff:1.212.3.4', '1.212.3.4'],
    ['::FFFF:1.212.3.4', '1.212.3.4'],
    ['::ffff:1d4:304', '1.212.3.4'],
    ['[::ffff:1.212.3.4]:443', '1.212.3.4'],
    ['[2001:db8::1]:443', '2001:db8::1'],
    ['"[2001:db8::1]:443"', '2001:db8::1'],
    ['[2001:db8::1]', '2001:db8::1'],
    ['"1.212.3.4"', '1.212.3.4'],
    ['"1.212.3.4:51344"', '1.212.3.4'],
    ['\t1.212.3.4 ', '1.212.3.4'],
    ['"2001:db8::1"', '2001:db8::1'],
    ['2001:0DB8:0:0::1', '2001:db8::1'],
    ['fe80::1%eth0', 'fe80::1'],
    ['::1', '::1'],
  ])('BF-02 is the same for every spelling: %s is %s', (text, address) => expect(canonicalAddress(text)).toBe(address));

  it.each([
    '',
    'unknown',
    '_hidden',
    '1.2.3',
    '1.2.3.4:',
    '1.2.3.4:x',
    '[1.2.3.4',
    '01.2.3.4',
    '1.2.3.4, 5.6.7.8',
    '2001:db8::1:443:x',
  ])('exists for addresses only: %s', (text) => expect(canonicalAddress(text)).toBeNull());
});

describe('a host', () => {
  it.each(['localhost', 'app.localhost', '127.0.0.1', '127.9.9.9', '::1', '[::1]'])(
    'is a loopback host: %s',
    (host) => {
      expect(isLoopbackHost(host)).toBe(true);
    },
  );

  it.each([
    'example.com',
    'localhost.example.com',
    'notlocalhost',
    '128.0.0.1',
    '127.0.0.1.example.com',
    '::2',
    '0.0.0.0',
    '',
  ])('is not a loopback host: %s', (host) => expect(isLoopbackHost(host)).toBe(false));
});

describe('an IP address', () => {
  it.each(['8.8.8.8', '1.1.1.1', '168.126.63.1', '223.255.255.1', '2001:4860:4860::8888', '2a01:4f8::1', '2400::1'])(
    'is public: %s',
    (ip) => expect(isPublicAddress(ip)).toBe(true),
  );

  it.each([
    ...['10.0.0.1', '127.0.0.1', '192.168.1.1', '172.31.255.255', '100.64.0.1', '169.254.1.1', '0.0.0.0'],
    ...['198.18.3.7', '203.0.113.7', '198.51.100.7', '192.0.2.1', '224.0.0.1', '255.255.255.255'],
    ...[
      '::1',
      '::',
      'fe80::1',
      'fd00::1',
      '2001:db8::1',
      '2002:c000:204::1',
      '64:ff9b::1',
      'ff02::1',
      '',
      'x',
      '1.2.3',
    ],
  ])('is not public: %s', (ip) => expect(isPublicAddress(ip)).toBe(false));

  it('is converted to IPv4 when it is IPv4-mapped', () => {
    expect(unmapped('::ffff:8.8.8.8')).toBe('8.8.8.8');
    expect(unmapped('2001:4860::1')).toBe('2001:4860::1');
  });
});
