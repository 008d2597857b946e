import { BlockList, isIPv4, isIPv6 } from 'node:net';

/** The /24 (IPv4) or /48 (IPv6) an address belongs to: coarse enough to show in a mail, stable enough to recognise a network by. */
export function coarseNetwork(ip: string): string {
  return prefix(ip, 24, 48);
}

/** What limits count by: the IPv4 address itself, the /64 of an IPv6 one, since a single home holds a whole /64. */
export function limitKey(ip: string): string {
  // Some gateways append the port; counted with it, every connection would be a client of its own.
  const withoutPort = /^(\d+\.\d+\.\d+\.\d+):\d+$/.exec(ip)?.[1] ?? /^\[([^\]]+)\](?::\d+)?$/.exec(ip)?.[1];
  if (withoutPort !== undefined) return limitKey(withoutPort);
  return isIPv6(ip) ? prefix(ip, 32, 64) : ip;
}

/** An IPv4 address that came in the dress of IPv6 (`::ffff:198.18.3.7`) as itself; any other unchanged. */
export function unmapped(ip: string): string {
  return /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(ip)?.[1] ?? ip;
}

function prefix(address: string, bits4: number, bits6: number): string {
  const ip = unmapped(address);
  if (isIPv4(ip)) {
    const octets = ip.split('.').map((octet, index) => (index * 8 < bits4 ? octet : '0'));
    return bits4 === 32 ? ip : `${octets.join('.')}/${bits4}`;
  }
  if (!isIPv6(ip)) return 'unknown';
  const groups = expandIPv6(ip).map((group, index) => (index * 16 < bits6 ? group : '0'));
  return `${compress(groups)}/${bits6}`;
}

function expandIPv6(ip: string): string[] {
  const [head = '', tail] = ip.split('%')[0]!.split('::');
  const left = head === '' ? [] : head.split(':');
  if (tail === undefined) return left;
  const right = tail === '' ? [] : tail.split(':');
  return [...left, ...Array<string>(8 - left.length - right.length).fill('0'), ...right];
}

function compress(groups: string[]): string {
  const trimmed = [...groups];
  while (trimmed.length > 0 && trimmed.at(-1) === '0') trimmed.pop();
  return trimmed.length === groups.length ? groups.join(':') : `${trimmed.join(':')}::`;
}

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');

/** Whether a host name or address is this machine. */
export function isLoopbackHost(host: string): boolean {
  if (host === 'localhost' || host.endsWith('.localhost')) return true;
  const bare = host.replace(/^\[|\]$/g, '');
  if (isIPv4(bare)) return LOOPBACK.check(bare, 'ipv4');
  return isIPv6(bare) && LOOPBACK.check(bare, 'ipv6');
}

/** What the registries of special-purpose addresses (RFC 6890 and its updates) keep from being anybody's on the internet. */
const SPECIAL = new BlockList();
const SPECIAL_IPV4 =
  '0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24 192.168.0.0/16 ' +
  '198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/3';
/** Of IPv6, 2000::/3 alone is given out; these are the exceptions within it. */
const SPECIAL_IPV6 = '2001::/23 2001:db8::/32 2002::/16 3fff::/20';
for (const [family, networks] of [['ipv4', SPECIAL_IPV4] as const, ['ipv6', SPECIAL_IPV6] as const]) {
  for (const network of networks.split(' ')) {
    const [address, bits] = network.split('/');
    SPECIAL.addSubnet(address!, Number(bits), family);
  }
}

/** Whether an address is somebody's on the internet: not private, reserved, for documentation, or no address at all. */
export function isPublicAddress(ip: string): boolean {
  if (isIPv4(ip)) return !SPECIAL.check(ip, 'ipv4');
  return isIPv6(ip) && /^[23][0-9a-f]{3}:/i.test(ip) && !SPECIAL.check(ip, 'ipv6');
}
