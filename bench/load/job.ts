import type { JsonWebKey } from 'node:crypto';
import type { FlowName } from './flows.js';

/** One load: a number of connections that repeat a flow and count after the warm-up. */
export interface Job {
  flow: FlowName;
  origin: string;
  connections: number;
  warmUpMs: number;
  durationMs: number;
  /** For flows that need them: a path, and tokens made in advance. */
  path?: string;
  tokens?: string[];
  /** The private key of bound sessions, for flows that send proofs. */
  proofKey?: JsonWebKey;
  /** The first member of the flow, so that jobs use different members. */
  firstMember?: number;
  members?: number;
  /** Step between members, to touch all parts of a large table. */
  stride?: number;
  /** How long each connection waits between two requests. */
  pauseMs?: number;
}

/** The result of a load. Times are milliseconds. */
export interface LoadResult {
  perSecond: number;
  /** Failed flows included; {@link failures} counts them. */
  count: number;
  /** Including the warm-up and the requests after the end. */
  total: number;
  p50: number;
  p99: number;
  max: number;
  /** Failed flows by their result. */
  failures: Record<string, number>;
}
