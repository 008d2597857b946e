import { promises as dns, type LookupAddress } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { isPublicAddress } from '../addresses/ip-address.js';

/** A receiver's host is, or resolves to, an address that is not public: it may be inside the operator's network. */
export class BlockedAddressError extends Error {
  constructor(host: string) {
    super(`${host} has an address that is not public`);
  }
}

/** Resolves a name to all of its addresses, as `dns.lookup` does. */
export type Resolver = (
  host: string,
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

const DNS_TIMEOUT_MS = 3000;

/**
 * Asks the DNS without a thread of the pool, unlike `dns.lookup`: names that resolve slowly would
 * otherwise hold the threads that hash passwords.
 */
const resolveAll: Resolver = (host, callback) => {
  const resolver = new dns.Resolver({ timeout: DNS_TIMEOUT_MS, tries: 2 });
  const asked = [resolver.resolve4(host), resolver.resolve6(host)] as const;
  void Promise.allSettled(asked).then(([ipv4, ipv6]) => {
    const found = [addressesIn(ipv4, 4), addressesIn(ipv6, 6)].flat();
    if (found.length > 0 || ipv4.status === 'fulfilled') return callback(null, found);
    callback(ipv4.reason as NodeJS.ErrnoException, []);
  });
};

function addressesIn(answer: PromiseSettledResult<string[]>, family: 4 | 6): LookupAddress[] {
  return answer.status === 'fulfilled' ? answer.value.map((address) => ({ address, family })) : [];
}

/**
 * Resolves a name for a socket and refuses it when one of its addresses is not public (EV-04). The
 * socket connects to the very addresses that were checked, so a name that resolves to another
 * address a moment later (DNS rebinding) gains nothing.
 */
export function guardedLookup(resolver: Resolver = resolveAll): LookupFunction {
  return (host, options, callback) => {
    resolver(host, (error, addresses) => {
      if (error) return callback(error, []);
      // One private address is enough to refuse all: the socket could choose it.
      if (addresses.length === 0 || !addresses.every(({ address }) => isPublicAddress(address)))
        return callback(new BlockedAddressError(host), []);
      if (options.all) return callback(null, addresses);
      callback(null, addresses[0]!.address, addresses[0]!.family);
    });
  };
}

/**
 * Checks a host that is an address itself: Node.js resolves no such host, so {@link guardedLookup}
 * never sees it. `URL` has turned other spellings (`0x7f.1`, `2130706433`) into the usual one.
 * @throws BlockedAddressError
 */
export function checkLiteralHost({ hostname }: URL): void {
  const host = hostname.replace(/^\[|\]$/g, '');
  if (isIP(host) !== 0 && !isPublicAddress(host)) throw new BlockedAddressError(host);
}
