import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

type IpAddress = ipaddr.IPv4 | ipaddr.IPv6;

/** The only part of IPv6 that is assigned to networks of the internet. */
const GLOBAL_UNICAST_IPV6 = ipaddr.IPv6.parseCIDR('2000::/3');

/**
 * The /24 (IPv4) or /48 (IPv6) of an address: coarse enough to show in a mail, stable enough to
 * recognise a network.
 */
export function coarseNetwork(ip: string): string {
  const address = parse(ip);
  return address === null ? 'unknown' : networkOf(address, address.kind() === 'ipv4' ? 24 : 48);
}

/**
 * The key that limits count by: an IPv4 address itself, the /64 of an IPv6 address, because one
 * home has a whole /64.
 */
export function limitKey(ip: string): string {
  const address = parse(ip);
  if (address === null) return ip;
  return address.kind() === 'ipv4' ? address.toString() : networkOf(address, 64);
}

/**
 * The one notation of a client address, as proxies write it in X-Forwarded-For: without port,
 * brackets, quotes and zone, IPv4-mapped addresses as IPv4, IPv6 in its canonical form (RFC 5952).
 * Every use of an address begins with it, so that one client has one address everywhere.
 * @returns null for text that is no address
 */
export function canonicalAddress(text: string): string | null {
  if (isIP(text) === 4) return text;
  const entry = text.trim().replace(/^"(.*)"$/, '$1');
  const bare = /^(\d+\.\d+\.\d+\.\d+):\d+$/.exec(entry)?.[1] ?? /^\[([^\]]+)\](?::\d+)?$/.exec(entry)?.[1] ?? entry;
  return parse(bare)?.toString() ?? null;
}

/**
 * Turns an IPv4-mapped IPv6 address (`::ffff:198.18.3.7`) into the IPv4 address. Others stay
 * unchanged.
 */
export function unmapped(ip: string): string {
  const address = parse(ip);
  return address?.kind() === 'ipv4' ? address.toString() : ip;
}

/** Whether a host name or address is this machine. */
export function isLoopbackHost(host: string): boolean {
  if (host === 'localhost' || host.endsWith('.localhost')) return true;
  return parse(host.replace(/^\[|\]$/g, ''))?.range() === 'loopback';
}

/**
 * Whether an address may belong to a host on the internet: not private, reserved, for
 * documentation, or malformed.
 */
export function isPublicAddress(ip: string): boolean {
  const address = parse(ip);
  if (address?.range() !== 'unicast') return false;
  return address.kind() === 'ipv4' || address.match(GLOBAL_UNICAST_IPV6);
}

/**
 * Null for text that is no address. Node.js decides that, because the library also accepts `1.2.3`
 * and octal numbers.
 */
function parse(ip: string): IpAddress | null {
  return isIP(ip) === 0 ? null : ipaddr.process(ip.split('%')[0]!);
}

/** @param bits a multiple of 8 */
function networkOf(address: IpAddress, bits: number): string {
  return `${ipaddr.fromByteArray(address.toByteArray().fill(0, bits / 8)).toString()}/${bits}`;
}
