/**
 * As `Promise.all`, but waits for all parts before it rejects with the failure that came first. For
 * parts of a transaction that are sent together: no part may send a statement after the transaction
 * has ended, and the first failure is the cause of the others.
 */
export async function settleAll<T extends readonly unknown[]>(
  parts: T,
): Promise<{ -readonly [P in keyof T]: Awaited<T[P]> }> {
  // Rejects with the failure that comes first, not with that of the first part.
  const results = Promise.all(parts);
  await Promise.allSettled([results, ...parts]);
  return results;
}
