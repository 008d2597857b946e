/**
 * Shows that a long step is not stuck: in a terminal the seconds so far, elsewhere a line every ten
 * seconds.
 */
export async function withProgress<T>(step: string, action: () => Promise<T>): Promise<T> {
  const terminal = process.stdout;
  const startedMs = Date.now();
  const seconds = (): number => Math.round((Date.now() - startedMs) / 1000);
  console.log(`${step} …`);
  const timer = setInterval(
    () => (terminal.isTTY ? terminal.write(`\r  ${seconds()} s `) : console.log(`  ${seconds()} s`)),
    terminal.isTTY ? 1_000 : 10_000,
  );
  timer.unref();
  try {
    return await action();
  } finally {
    clearInterval(timer);
    if (terminal.isTTY) terminal.write(`\r  ${seconds()} s\n`);
  }
}
