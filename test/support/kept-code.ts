import { mkdir, writeFile } from 'node:fs/promises';
import nodeModule from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, transform } from 'esbuild';
import { nameOnlyRenamed, OUTSIDE } from '../../dev/bundle.js';
import { PROJECT_ROOT } from '../../dev/project.js';
import { PROGRAMS, SCRIPT } from './built-program.js';

const OUTPUT = path.join(PROJECT_ROOT, 'dist');

/**
 * Lets the processes of a run share compiled code: a run starts two hundred servers and as many commands, and compiling
 * takes a third of the processor time of a start. Node.js 22 can keep compiled code itself. Node.js 20 cannot; there, V8
 * can keep the code of a script, but not of ES modules. So this joins the built programs into one script for run-kept-code.cjs.
 * @param folder where script and code are kept
 */
export async function keepCode(folder: string): Promise<void> {
  await mkdir(folder);
  if ('enableCompileCache' in nodeModule) {
    process.env.NODE_COMPILE_CACHE = folder;
    return;
  }
  await writeFile(path.join(folder, SCRIPT), await joinPrograms());
  process.env.TEST_KEPT_CODE = folder;
}

/** The text of a script that exports one function for each program. The function loads the program. */
async function joinPrograms(): Promise<string> {
  const url = JSON.stringify(pathToFileURL(path.join(OUTPUT, 'main.js')).href);
  const loaders = Object.entries(PROGRAMS).map(([name, file]) => `export const ${name} = () => import('./${file}');`);
  const { outputFiles } = await build({
    stdin: { contents: loaders.join('\n'), resolveDir: OUTPUT },
    bundle: true,
    platform: 'node',
    target: 'node20.19',
    format: 'cjs',
    supported: { 'dynamic-import': false }, // a script that runs through node:vm cannot import
    define: { 'import.meta.url': url },
    banner: { js: `require = require('node:module').createRequire(${url});` },
    keepNames: true,
    external: OUTSIDE.flatMap((name) => [name, `${name}/*`]),
    write: false,
    logLevel: 'error',
  });
  // White space goes after the names, because this step also drops the parentheses around `__name(…)`. Without them,
  // `(__name(function again() {}, 'again'))()` would become `function again() {}()`, which does not parse.
  const { code } = await transform(nameOnlyRenamed(outputFiles[0]!.text, 'script'), { minifyWhitespace: true });
  return code;
}
