// What Jest runs a test file in.
import { AsyncLocalStorage } from 'node:async_hooks';
import vm from 'node:vm';
import { TestEnvironment } from 'jest-environment-node';

const { compileFunction } = vm;

/**
 * Jest compiles each CommonJS file anew for each test file. V8 keeps the code of scripts, but not of functions, and not of
 * a script that has its own way to import. So this compiles a script that makes the function, unless the file may import.
 */
vm.compileFunction = function (body, parameters, options) {
  if (/\bimport\s*\(/.test(body)) return compileFunction(body, parameters, options);
  const beginning = `(function (${parameters.join(', ')}) {`;
  const { filename, parsingContext } = options;
  const script = new vm.Script(`${beginning}${body}\n})`, { filename, columnOffset: -beginning.length });
  return script.runInContext(parsingContext);
};

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
