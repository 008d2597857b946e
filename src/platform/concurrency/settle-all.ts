/**
 * As `Promise.all`, but waits for all of them before it rejects with the first failure. For parts of
 * a transaction that are sent together: none may send a statement after the transaction has ended.
 */
export async function settleAll<T extends readonly unknown[]>(
  parts: T,
): Promise<{ -readonly [P in keyof T]: Awaited<T[P]> }> {
  await Promise.allSettled(parts);
  return Promise.all(parts);
}
