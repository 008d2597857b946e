/**
 * Matches a whole number of seconds, also as text in a cookie: at most this many and more than half as
 * many, because on a busy machine seconds pass before the response.
 */
export const about = (seconds: number): { asymmetricMatch(value: unknown): boolean } => ({
  asymmetricMatch: (value) => {
    const found = Number(value);
    return Number.isInteger(found) && found <= seconds && found > seconds / 2;
  },
});
