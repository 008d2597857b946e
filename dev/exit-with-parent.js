// Preloaded into every process that dev/ starts: ends it when its parent is gone, even after a SIGKILL. The parent holds
// the other end of our standard input, and the system closes that end when the parent dies. Jest hands this down to its
// workers; one in the middle of a test would otherwise live on after a killed Jest, and so would the servers it started.
import process from 'node:process';
import { setTimeout } from 'node:timers';

process.stdin.resume();
process.stdin.unref();
process.stdin.once('close', () => {
  process.kill(process.pid, 'SIGTERM');
  setTimeout(() => process.exit(1), 10_000).unref();
});
