import type { FastifyRequest } from 'fastify';
import { canonicalAddress } from '../addresses/ip-address.js';

/**
 * The address of the client in its one notation (BF-02). If the proxy names no address (for instance
 * `unknown`), it is the address of the connection: such clients share the limits of the proxy.
 */
export function clientAddressOf({ ip, socket }: Pick<FastifyRequest, 'ip' | 'socket'>): string {
  return canonicalAddress(ip) ?? canonicalAddress(socket.remoteAddress ?? '') ?? 'unknown';
}
