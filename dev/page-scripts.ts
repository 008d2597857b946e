import { readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { rolldown } from 'rolldown';
import { PROJECT_ROOT } from './project.js';

const PAGES = path.join(PROJECT_ROOT, 'dist', 'pages');
const SCRIPTS = path.join(PAGES, 'assets');

/**
 * Packs the modules that a page always loads into the one script that the page names. Otherwise a
 * browser would load some 25 modules, and learn of the deepest only after four responses. A module that
 * the page imports later stays a file of its own. The name of this file has no hash, because a server of
 * another version may answer the request for it: while servers are replaced one by one, or after an
 * upgrade under an open page.
 * @param prefix begins the names of the files that pages import later
 */
export async function packPageScripts(prefix: string): Promise<void> {
  const modules = await filesBelow(SCRIPTS, '.js');
  const views = new Set(await filesBelow(path.join(PAGES, 'views'), '.hbs'));
  const packed = await Promise.all(modules.filter((name) => views.has(name)).map((page) => pack(page, prefix)));
  await Promise.all(modules.map((name) => rm(path.join(SCRIPTS, `${name}.js`))));
  for (const { name, code } of packed.flat()) await writeFile(path.join(SCRIPTS, name), code);
}

/** @param page such as `login` or `admin/console` */
async function pack(page: string, prefix: string): Promise<{ name: string; code: string }[]> {
  const { dir, base } = path.posix.parse(page);
  const input = path.join(SCRIPTS, `${page}.js`);
  // Later files import from the script of the page, so that they share what it holds.
  const bundle = await rolldown({ input, platform: 'browser', preserveEntrySignatures: 'allow-extension' });
  const { output } = await bundle.generate({
    format: 'esm',
    entryFileNames: `${page}.js`,
    chunkFileNames: path.posix.join(dir, `${prefix}${base}-[name].js`),
    codeSplitting: { groups: [{ name: base, tags: ['$initial'] }] },
    minify: true,
    minifyInternalExports: false,
  });
  await bundle.close();
  return output.flatMap((file) => (file.type === 'chunk' ? [{ name: file.fileName, code: file.code }] : []));
}

/** The names of the files with this ending, such as `admin/console`. */
async function filesBelow(folder: string, ending: string): Promise<string[]> {
  const files = await readdir(folder, { recursive: true });
  const names = files.map((file) => file.split(path.sep).join('/'));
  return names.filter((name) => name.endsWith(ending)).map((name) => name.slice(0, -ending.length));
}
