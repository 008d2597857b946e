// The environment in which Jest runs a test file.
import { AsyncLocalStorage } from 'node:async_hooks';
import vm from 'node:vm';
import { TestEnvironment } from 'jest-environment-node';

const { compileFunction } = vm;

/**
 * Jest compiles each CommonJS file again for each test file, as a function. V8 keeps the compiled code of scripts, but not
 * of functions, and not of scripts with their own `importModuleDynamically`. So this replacement compiles a script that
 * returns the function. A file that may contain `import()` is compiled as before.
 */
vm.compileFunction = function (body, parameters, options) {
  if (/\bimport\s*\(/.test(body)) return compileFunction(body, parameters, options);
  const beginning = `(function (${parameters.join(', ')}) {`;
  const { filename, parsingContext } = options;
  const script = new vm.Script(`${beginning}${body}\n})`, { filename, columnOffset: -beginning.length });
  return script.runInContext(parsingContext);
};

/** Each AsyncLocalStorage that the present test file has used. */
const used = new Set();

const { run } = AsyncLocalStorage.prototype;
AsyncLocalStorage.prototype.run = function (...values) {
  used.add(this);
  return run.apply(this, values);
};

/**
 * Disables the storages of a test file at its end. Jest makes an AsyncLocalStorage for each test file and never disables
 * it. On Node.js 20 each later promise of the worker would be handled once for each storage of the earlier files.
 */
export default class extends TestEnvironment {
  async teardown() {
    for (const storage of used) storage.disable();
    used.clear();
    await super.teardown();
  }
}
