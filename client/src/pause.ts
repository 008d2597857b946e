/** Resolves after `ms`, or rejects with the reason of the signal if it is aborted. */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return orAborted(new Promise((resolve) => setTimeout(resolve, ms)), signal);
}

/**
 * Settles as the promise does, or rejects with the reason of the signal once it is aborted. The work
 * behind the promise is not cancelled.
 */
export function orAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return promise;
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(reasonOf(signal));
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

/** @throws the reason of the signal if it is aborted */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw reasonOf(signal);
}

/** The signals of React Native have neither a reason nor `throwIfAborted`. */
function reasonOf(signal: AbortSignal): Error {
  return (
    (signal.reason as Error | undefined) ?? Object.assign(new Error('The call was aborted.'), { name: 'AbortError' })
  );
}
