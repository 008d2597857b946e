import { readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { build } from 'esbuild';
import { PROJECT_ROOT } from './project.js';

const PAGES = path.join(PROJECT_ROOT, 'dist', 'pages');
const SCRIPTS = path.join(PAGES, 'assets');

/**
 * Packs the modules that a page always loads into the file that the page names. A browser would load
 * some 25, and learn of the deepest only after four answers. What a page imports later stays a file
 * of its own.
 */
export async function packPageScripts(): Promise<void> {
  const modules = await scriptsBelow(SCRIPTS, '.js');
  const views = new Set(await scriptsBelow(path.join(PAGES, 'views'), '.hbs'));
  const packed = await Promise.all([...modules].filter((name) => views.has(name)).map(packOne));
  await Promise.all(modules.map((name) => rm(path.join(SCRIPTS, `${name}.js`))));
  // Two pages may have the same further file; its name is a hash of its content.
  const files = new Map(packed.flat().map(({ path: file, contents }) => [file, contents]));
  await Promise.all([...files].map(([file, contents]) => writeFile(file, contents)));
}

async function packOne(name: string): Promise<{ path: string; contents: Uint8Array }[]> {
  const { outputFiles } = await build({
    absWorkingDir: PROJECT_ROOT,
    entryPoints: [path.join(SCRIPTS, `${name}.js`)],
    outdir: path.join(SCRIPTS, path.dirname(name)),
    allowOverwrite: true,
    chunkNames: 'chunk-[name]-[hash]',
    bundle: true,
    splitting: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    legalComments: 'none',
    write: false,
    logLevel: 'error',
  });
  return outputFiles;
}

/** The names of the files with this ending, such as `admin/console`. */
async function scriptsBelow(folder: string, ending: string): Promise<string[]> {
  const files = await readdir(folder, { recursive: true });
  return files.filter((file) => file.endsWith(ending)).map((file) => file.slice(0, -ending.length));
}
