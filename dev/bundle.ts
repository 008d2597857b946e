// Second step of `npm run build`: writes the compiled modules that each process loads, and the
// libraries they import, into few large files. Reading 1,900 small modules took most of a start.
// dist/main.js and dist/cli.js become bundles that share dist/chunk-*.js. The other compiled
// modules stay beside them, for the worker threads and for the tools of this project.
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  parse,
  type CallExpression,
  type ExpressionStatement,
  type FunctionExpression,
  type Identifier,
  type Literal,
  type Node,
  type Property,
  type VariableDeclarator,
} from 'acorn';
import { build, transform, type Plugin } from 'esbuild';
import { packPageScripts } from './page-scripts.js';
import { PROJECT_ROOT } from './project.js';
import { writeWordFiles } from './word-files.js';

const OUTPUT = path.join(PROJECT_ROOT, 'dist');

/** Lists the modules in each bundle. A build writes this file last: where it is missing, the build was not finished. */
export const MODULES = path.join(OUTPUT, 'bundle.json');

/** Programs that become bundles. */
const PROGRAMS = ['main.js', 'cli.js'];

/** Begins the name of each file that only bundles import, on the server or in a page. */
export const CHUNK = 'chunk-';

/** Loaded from node_modules at run time. */
export const OUTSIDE = [
  // They load a compiled binary from their own folder.
  ...['argon2', '@node-rs/argon2', 'bcrypt', 'pg-native'],
  // Tracing replaces functions of pg when Node.js loads it.
  ...[
    'pg',
    '@opentelemetry/instrumentation',
    '@opentelemetry/instrumentation-http',
    '@opentelemetry/instrumentation-pg',
  ],
  // It starts workers from files of its own.
  'piscina',
  // Optional parts of libraries. They are not installed, or Munjigi never uses them.
  ...['@nestjs/microservices', '@nestjs/websockets', '@nestjs/platform-express', '@fastify/multipart', '@fastify/view'],
  ...[
    'preview-email',
    'ejs',
    'pug',
    'mjml',
    'liquidjs',
    'nunjucks',
    '@css-inline/css-inline',
    'class-transformer/storage',
  ],
];

/** Parts of libraries that Munjigi never uses, but that are loaded with what it uses. */
const UNUSED = [
  // Databases other than PostgreSQL, and the formatting of statements for a log.
  /typeorm[/\\]driver[/\\](?!postgres[/\\])[^/\\]+[/\\].+\.js$/,
  /typeorm[/\\](entity-manager|repository)[/\\](Mongo|Sqljs)\w+\.js$/,
  /@sqltools[/\\]formatter[/\\].+\.js$/,
  // The decorator IsPhoneNumber of class-validator.
  /libphonenumber-js[/\\].+\.c?js$/,
  // JSON schemas of routes; see SCHEMAS in src/bootstrap/create-app.ts.
  /@fastify[/\\](ajv|fast-json-stringify)-compiler[/\\].+\.js$/,
];

/**
 * Defines what the code of a bundle calls: `require`, for libraries that stay outside, and
 * `urlInDist`, which replaces `import.meta.url`.
 */
const BANNER = `import { createRequire as requireFrom } from 'node:module';
const require = requireFrom(import.meta.url);
const urlInDist = (name) => new URL(name, import.meta.url).href;`;

/**
 * Gives each module in a bundle the `import.meta.url` of its own file, because modules find their
 * templates and workers beside themselves.
 */
const keepModuleUrls: Plugin = {
  name: 'keep-module-urls',
  setup: ({ onLoad }) =>
    onLoad({ filter: /\.js$/ }, async (file) => {
      if (!file.path.startsWith(OUTPUT + path.sep)) return undefined;
      const name = path.relative(OUTPUT, file.path).split(path.sep).join('/');
      const code = await readFile(file.path, 'utf8');
      return { contents: code.replaceAll('import.meta.url', `urlInDist('${name}')`) };
    }),
};

/**
 * Lets @nestjs/typeorm and @nestjs/mapped-types find TypeORM and class-validator in the bundle. Both
 * make a `require` of their own, which would load a second copy from node_modules.
 */
const shareLibraries: Plugin = {
  name: 'share-libraries',
  setup: ({ onLoad }) =>
    onLoad({ filter: /@nestjs[/\\](typeorm|mapped-types)[/\\].+\.js$/ }, async (file) => ({
      contents: (await readFile(file.path, 'utf8')).replace('const require = createRequire(import.meta.url);', ''),
    })),
};

/**
 * Lets `await import('a-library')` return the named exports that Node.js finds in a CommonJS library.
 * As a chunk of its own, such a library would have only a default export.
 */
const keepNamesOfImports: Plugin = {
  name: 'keep-names-of-imports',
  setup: ({ onResolve, onLoad }) => {
    onResolve({ filter: /^[@a-z]/ }, ({ path: name, kind, resolveDir }) =>
      kind !== 'dynamic-import' || isOutside(name)
        ? undefined
        : { path: name, namespace: 'names', pluginData: resolveDir },
    );
    onLoad({ filter: /./, namespace: 'names' }, async ({ path: name, pluginData: resolveDir }) => {
      const names = Object.keys((await import(name)) as object).filter((exported) => exported !== 'module.exports');
      return { contents: `export { ${names.join(', ')} } from '${name}';`, resolveDir: resolveDir as string };
    });
  },
};

/** Replaces each file that {@link UNUSED} names with a module whose functions and classes throw. */
const leaveOutUnused: Plugin = {
  name: 'leave-out-unused',
  setup: ({ onLoad }) =>
    onLoad({ filter: /\.c?js$/ }, ({ path: file }) => {
      if (!UNUSED.some((pattern) => pattern.test(file))) return undefined;
      const failure = JSON.stringify(`dev/bundle.ts leaves ${path.relative(PROJECT_ROOT, file)} out`);
      return {
        contents: `const unused = function () { throw new Error(${failure}); };
          module.exports = new Proxy({}, { get: (_, name) => name === '__esModule' || unused });`,
      };
    }),
};

const isOutside = (name: string): boolean => OUTSIDE.some((one) => name === one || name.startsWith(`${one}/`));

/**
 * Replaces the programs in dist/ and the scripts of the pages by bundles, and writes the word files.
 * `nest build` has to run before.
 */
export async function bundle(): Promise<void> {
  await writeWordFiles();
  await packPageScripts(CHUNK);
  const { outputFiles, metafile } = await build({
    absWorkingDir: PROJECT_ROOT,
    entryPoints: PROGRAMS.map((name) => path.join(OUTPUT, name)),
    outdir: OUTPUT,
    allowOverwrite: true,
    chunkNames: `${CHUNK}[name]-[hash]`,
    bundle: true,
    splitting: true,
    platform: 'node',
    target: 'node20.19',
    format: 'esm',
    keepNames: true, // TypeORM and Nest find and show classes by name
    sourcemap: 'linked',
    sourcesContent: false,
    legalComments: 'none', // the licences of all libraries are in the image
    banner: { js: BANNER },
    external: OUTSIDE.flatMap((name) => [name, `${name}/*`]),
    plugins: [leaveOutUnused, keepModuleUrls, shareLibraries, keepNamesOfImports],
    write: false,
    metafile: true,
    logLevel: 'error',
  });
  const texts = new Map(outputFiles.map(({ path: file, text }) => [file, text]));
  for (const [file, text] of texts) {
    if (!file.endsWith('.js')) continue;
    const { code, map } = await withoutSpace(nameOnlyRenamed(text), texts.get(`${file}.map`)!);
    await writeFile(file, `${inAscii(code)}//# sourceMappingURL=${path.basename(file)}.map\n`);
    await writeFile(`${file}.map`, map);
  }
  const modules = Object.entries(metafile.outputs).map(([file, { inputs }]) => [
    path.basename(file),
    Object.keys(inputs),
  ]);
  await writeFile(MODULES, JSON.stringify(Object.fromEntries(modules)));
}

/**
 * Removes comments and indentation, a third of the text of the libraries. A process keeps the text of
 * each loaded file in memory. The map still leads to the lines of the modules.
 */
async function withoutSpace(code: string, map: string): Promise<{ code: string; map: string }> {
  const input = code.replace(/\/\/# sourceMappingURL=\S+\s*$/, '');
  const inlineMap = `//# sourceMappingURL=data:application/json;base64,${Buffer.from(map).toString('base64')}\n`;
  return transform(input + inlineMap, {
    minifyWhitespace: true,
    sourcemap: 'external',
    sourcesContent: false,
    legalComments: 'none',
    target: 'node20.19',
  });
}

/**
 * Escapes characters outside ASCII, such as a dash in a regular expression. With a single such
 * character, V8 keeps the whole file in memory with two bytes for each character.
 */
function inAscii(code: string): string {
  return code.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/**
 * Undoes `keepNames` where a function has its name anyway. The bundler names each closure by a call
 * of defineProperty, which took a tenth of the processor time of a refresh.
 */
export function nameOnlyRenamed(code: string, sourceType: 'module' | 'script' = 'module'): string {
  const removed: [from: number, to: number][] = [];
  const visit = (node: Node, parent: Node | undefined): void => {
    const named = namedFunction(node, parent);
    if (named && node.type === 'ExpressionStatement') removed.push([node.start, node.end]);
    else if (named) removed.push([node.start, named.start], [named.end, node.end]);
    for (const value of Object.values(node))
      for (const child of Array.isArray(value) ? value : [value])
        if (typeof (child as Node | null)?.type === 'string') visit(child as Node, node);
  };
  visit(parse(code, { ecmaVersion: 'latest', sourceType }), undefined);
  let at = 0;
  let kept = '';
  for (const [from, to] of removed.sort(([a], [b]) => a - b)) {
    kept += code.slice(at, from);
    at = to;
  }
  return kept + code.slice(at);
}

/** The function in `__name(function, "name")`, if it has that name without the call. */
function namedFunction(node: Node, parent: Node | undefined): Node | undefined {
  const call = (
    node.type === 'ExpressionStatement' ? (node as ExpressionStatement).expression : node
  ) as CallExpression;
  if (call.type !== 'CallExpression' || (call.callee as Identifier).name !== '__name') return undefined;
  const [target, name] = call.arguments as [Node, Literal];
  if (node.type === 'ExpressionStatement') return (target as Identifier).name === name.value ? target : undefined;
  if (target.type === 'FunctionExpression' && (target as FunctionExpression).id)
    return (target as FunctionExpression).id!.name === name.value ? target : undefined;
  if (target.type !== 'FunctionExpression' && target.type !== 'ArrowFunctionExpression') return undefined;
  // The language names a function by the variable or the property that it is the value of.
  const holder =
    parent?.type === 'VariableDeclarator'
      ? (parent as VariableDeclarator).id
      : parent?.type === 'Property' && !(parent as Property).computed
        ? (parent as Property).key
        : undefined;
  return (holder as Identifier | undefined)?.name === name.value ? target : undefined;
}

/** The paths of the modules in each bundle, from the root of the project, by the bundle's name in dist/. */
export async function bundledModules(): Promise<Map<string, string[]>> {
  return new Map(Object.entries(JSON.parse(await readFile(MODULES, 'utf8')) as Record<string, string[]>));
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await bundle();
