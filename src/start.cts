/*
 * The entry point in production. Node.js reads the size of its thread pool, which computes the password hashes, once and
 * before any ES module has run: that is why this file is a CommonJS one and does nothing else but set it.
 */
import module = require('node:module');
import os = require('node:os');

/** For files, names and the rest, while all cores hash. */
const THREADS_BESIDE_HASHES = 2;

const hashes = Number(process.env.HASH_CONCURRENCY) || os.availableParallelism();
process.env.UV_THREADPOOL_SIZE ||= String(Math.max(4, hashes + THREADS_BESIDE_HASHES));

// Compiled code is kept between starts where Node.js can do that (22.1 and newer).
(module as { enableCompileCache?: () => void }).enableCompileCache?.();

void import('./main.js');
