/** Returns the error that a promise rejects with; undefined if it resolves. */
export const caught = (promise: Promise<unknown>): Promise<any> =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  );
