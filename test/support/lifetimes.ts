/**
 * Matches a lifetime of this many whole seconds, less those that the response took on a busy
 * machine.
 */
export const about = (seconds: number): { asymmetricMatch(value: unknown): boolean } => ({
  asymmetricMatch: (value) => Number(value) <= seconds && Number(value) > seconds / 2,
});
