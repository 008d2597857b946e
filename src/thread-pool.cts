/*
 * Sets the size of Node.js's thread pool, which computes the password hashes. Node.js reads the
 * size once, before any ES module runs. So this file is CommonJS, and the entry points (start.cts,
 * munjigi.cts) load it first.
 */
import nodeModule = require('node:module');
import os = require('node:os');

/** Threads left for file access and DNS lookups while all hash slots are busy. */
const THREADS_BESIDE_HASHES = 2;

const hashThreads = Number(process.env.HASH_CONCURRENCY) || os.availableParallelism();
process.env.UV_THREADPOOL_SIZE ||= String(Math.max(4, hashThreads + THREADS_BESIDE_HASHES));

// Caches compiled code between starts, which shortens them (Node.js 22.1 and newer).
(nodeModule as { enableCompileCache?: () => void }).enableCompileCache?.();
