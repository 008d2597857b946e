/*
 * Sizes the thread pool of Node.js, which computes the password hashes. Its size is read once, before any ES module has run:
 * that is why this file is a CommonJS one, and why what starts a process (start.cts, munjigi.cts) loads it before all else.
 */
import nodeModule = require('node:module');
import os = require('node:os');

/** For files, names and the rest, while all cores hash. */
const THREADS_BESIDE_HASHES = 2;

const hashes = Number(process.env.HASH_CONCURRENCY) || os.availableParallelism();
process.env.UV_THREADPOOL_SIZE ||= String(Math.max(4, hashes + THREADS_BESIDE_HASHES));

// Compiled code is kept between starts where Node.js can do that (22.1 and newer).
(nodeModule as { enableCompileCache?: () => void }).enableCompileCache?.();
