import { createHash } from 'node:crypto';

/*
 * The members of the benchmark. All their data follows from their number, here and in the SQL of seed.ts, so that
 * a million of them need no list.
 */

export const BENCH_PASSWORD = 'a quiet giraffe walks 27 miles';

export function memberNamed(number: number): { id: string; loginId: string; email: string } {
  const digits = String(number).padStart(8, '0');
  return {
    id: `00000000-0000-4000-8000-0000${digits}`,
    loginId: `bench${digits}`,
    email: `bench${digits}@bench.example`,
  };
}

/** The device token of the member's one known device. */
export function deviceToken(number: number): string {
  return createHash('sha256').update(`device${number}`).digest('base64url');
}

/** One session of the member; each `replica` 0, 1, 2, … is another session. */
export function sessionIdOf(number: number, replica = 0): string {
  return `00000000-0000-4000-9000-${String(replica).padStart(4, '0')}${String(number).padStart(8, '0')}`;
}
