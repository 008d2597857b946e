/**
 * Matches a lifetime of at most this many seconds and more than half as many, because on a busy
 * machine seconds pass before the response.
 */
export const about = (seconds: number): { asymmetricMatch(value: unknown): boolean } => ({
  asymmetricMatch: (value) =>
    Number.isInteger(value) && (value as number) <= seconds && (value as number) > seconds / 2,
});
