// What Jest runs a test file in.
import { AsyncLocalStorage } from 'node:async_hooks';
import { TestEnvironment } from 'jest-environment-node';

/** The storages that the present test file uses. */
const used = new Set();

const { run } = AsyncLocalStorage.prototype;
AsyncLocalStorage.prototype.run = function (...values) {
  used.add(this);
  return run.apply(this, values);
};

/**
 * Jest makes a storage for each test file, and never ends it. On Node.js 20 each later promise of the worker is then
 * noted in the storages of all earlier files.
 */
export default class extends TestEnvironment {
  async teardown() {
    for (const storage of used) storage.disable();
    used.clear();
    await super.teardown();
  }
}
