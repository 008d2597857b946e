/*
 * Sets size and priority of Node.js's thread pool, which computes the password hashes. Node.js reads
 * the size once, before any ES module runs. So this file is CommonJS, and the entry points
 * (start.cts, munjigi.cts) load it first.
 */
import fs = require('node:fs');
import nodeModule = require('node:module');
import os = require('node:os');

/** Threads left for file access and DNS lookups while all hash slots are busy. */
const THREADS_BESIDE_HASHES = 2;

/** Added to the nice value of the pool: one of its threads gets a tenth of what another thread gets. */
const POOL_NICENESS = 10;
const MAX_NICENESS = 19;

const hashThreads = Number(process.env.HASH_CONCURRENCY) || os.availableParallelism();
process.env.UV_THREADPOOL_SIZE ||= String(Math.max(4, hashThreads + THREADS_BESIDE_HASHES));
if (process.platform === 'linux') letRequestsGoFirst();

// Caches compiled code between starts, which shortens them (Node.js 22.1 and newer).
(nodeModule as { enableCompileCache?: () => void }).enableCompileCache?.();

/**
 * Lets the event loop and PostgreSQL go before hashes: a login storm keeps all cores busy, and every
 * other request would wait for its turn among the hashes. Linux has a priority for each thread.
 */
function letRequestsGoFirst(): void {
  try {
    const ownThreads = () => fs.readdirSync('/proc/self/task');
    const others = new Set(ownThreads());
    fs.stat('/', () => undefined); // its first task makes all threads of the pool
    const niceness = Math.min(os.getPriority() + POOL_NICENESS, MAX_NICENESS);
    for (const id of ownThreads()) if (!others.has(id)) os.setPriority(Number(id), niceness);
  } catch {
    // A system without /proc, or one that forbids the call: hashes then take turns with requests.
  }
}
