import type { FlowName } from './flows.js';

/** One load: so many connections that repeat a flow, and count once the warm-up is over. */
export interface Job {
  flow: FlowName;
  origin: string;
  connections: number;
  warmUpMs: number;
  durationMs: number;
  /** Set where the flow needs one: a path, ready-made tokens. */
  path?: string;
  tokens?: string[];
  /** Where members of the flow begin, so that jobs do not meet. */
  firstMember?: number;
  members?: number;
  /** Only each so-manieth of them, to touch a large table everywhere. */
  stride?: number;
  /** What each connection waits between two requests. */
  pauseMs?: number;
}

/** What came of it. Times are milliseconds. */
export interface LoadResult {
  perSecond: number;
  count: number;
  /** With those of the warm-up and after the end. */
  total: number;
  p50: number;
  p99: number;
  max: number;
  /** Flows that did not end as they should, by what they ended in. */
  failures: Record<string, number>;
}
