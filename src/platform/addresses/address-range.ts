import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/** A range of addresses: one of them, and the number of leading bits that all of them share with it. */
export type AddressRange = readonly [ipaddr.IPv4 | ipaddr.IPv6, number];

/**
 * Reads an address or a range in CIDR notation.
 * @returns null for other text, and for IPv4 addresses in the notation of IPv6: client addresses
 *   never have it, so such a range would admit no client
 */
export function parseAddressRange(text: string): AddressRange | null {
  const [, address = '', bits] = /^([0-9a-fA-F.:]+)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  if (isIP(address) === 0) return null;
  const parsed = ipaddr.parse(address);
  const width = parsed.kind() === 'ipv4' ? 32 : 128;
  const length = bits === undefined ? width : Number(bits);
  if (length > width || ('isIPv4MappedAddress' in parsed && parsed.isIPv4MappedAddress())) return null;
  return [parsed, length];
}

/** Returns the canonical notation of a range: its first address and its length. Other text is returned as it is. */
export function canonicalRange(text: string): string {
  const range = parseAddressRange(text);
  if (!range) return text;
  const [address, length] = range;
  const cidr = `${address.toString()}/${length}`;
  const first =
    address.kind() === 'ipv4' ? ipaddr.IPv4.networkAddressFromCIDR(cidr) : ipaddr.IPv6.networkAddressFromCIDR(cidr);
  return `${first.toString()}/${length}`;
}

/** Whether a client address lies in one of the ranges. Text that is no address lies in none. */
export function isInRanges(ip: string, ranges: readonly AddressRange[]): boolean {
  if (isIP(ip) === 0) return false;
  const address = ipaddr.process(ip);
  return ranges.some(([first, length]) => address.kind() === first.kind() && address.match([first, length] as never));
}
