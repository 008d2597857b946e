// Ends the process that preloads this file (EXIT_WITH_PARENT in child.ts) when its parent is gone, even
// after a SIGKILL. The parent holds the other end of our standard input, and the system closes that end
// when the parent dies. Jest passes the flag on to its workers. Without it, a worker in the middle of
// a test and its servers would outlive a killed Jest. CommonJS, because an ES module would take
// some milliseconds of each start.
'use strict';
const process = require('node:process');
const { setTimeout } = require('node:timers');
const { isMainThread } = require('node:worker_threads');

if (isMainThread) {
  process.stdin.resume();
  process.stdin.unref();
  process.stdin.once('close', () => {
    process.kill(process.pid, 'SIGTERM');
    setTimeout(() => process.exit(1), 10_000).unref();
  });
}
