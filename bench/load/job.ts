import type { JsonWebKey } from 'node:crypto';
import type { FlowName } from './flows.js';

/** One load: a number of connections repeat a flow. The runs that end after the warm-up are counted. */
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
  /** Runs that ended within `durationMs`. Failed runs are included, except those that closed their connection. */
  count: number;
  /** Like {@link count}, but including the runs of the warm-up and those that ended too late. */
  total: number;
  p50: number;
  p99: number;
  max: number;
  /** The number of failed runs by error message, over the whole load. */
  failures: Record<string, number>;
}
