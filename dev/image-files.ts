// `npm run image:files -- FOLDER`: copies into FOLDER the files that production needs: the programs, what they import from
// dist/ and node_modules/, and what they read by name at run time. The last stage of the Dockerfile contains only these files.
import { chmod, cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { nodeFileTrace } from '@vercel/nft';
import { bundledModules } from './bundle.js';
import { PROJECT_ROOT } from './project.js';
import { productionPackages } from './third-party.js';

/** Read by name at run time, so that tracing the imports does not find them. */
const READ_WHILE_RUNNING = [
  // GEOIP_DATABASE=bundled; see src/platform/geoip/country-lookup.service.ts.
  '@ip-location-db/geo-whois-asn-country-mmdb/geo-whois-asn-country.mmdb',
  // Sent to browsers for the strength meter; see src/pages/strength-builder.ts.
  '@zxcvbn-ts/core/dist/zxcvbn-ts.js',
  // Loaded by the page at /docs.
  ...[
    'swagger-ui.css',
    'swagger-ui-bundle.js',
    'swagger-ui-standalone-preset.js',
    'favicon-16x16.png',
    'favicon-32x32.png',
  ].map((name) => `swagger-ui-dist/${name}`),
];

/** Creates the folder `target` and copies the files into it. @returns their paths, relative to it */
export async function copyImageFiles(target: string): Promise<string[]> {
  const reached = await reachedFiles();
  const readWhileRunning = READ_WHILE_RUNNING.map((name) => `node_modules/${name}`);
  const files = [
    ...reached,
    ...readWhileRunning,
    ...(await licenceFiles([...reached, ...readWhileRunning])),
    ...(await assets()),
    ...(await nativeBinaries()),
  ];
  const unique = [...new Set(files)].sort();
  for (const file of unique) {
    await mkdir(path.dirname(path.join(target, file)), { recursive: true });
    await cp(path.join(PROJECT_ROOT, file), path.join(target, file), { dereference: true });
  }
  await writeFile(path.join(target, 'package.json'), await packageJson());
  await chmod(path.join(target, 'dist', 'munjigi.cjs'), 0o755);
  return [...unique, 'package.json'];
}

/** The programs that an operator starts, which load the bundles of dev/bundle.ts, and the workers that the server starts. */
const PROGRAMS = [
  'dist/start.cjs',
  'dist/munjigi.cjs',
  'dist/security/passwords/strength-worker.js',
  'dist/security/passwords/legacy-hashes/sha-crypt-worker.js',
];

/** Templates of mails and pages, what browsers load, and the words that passwords are judged by. Programs read them by name. */
async function assets(): Promise<string[]> {
  const entries = await readdir(path.join(PROJECT_ROOT, 'dist'), { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(PROJECT_ROOT, path.join(entry.parentPath, entry.name)))
    .filter((file) =>
      /\.(hbs|html|css)$|\/(vocabulary|strength-assets)\.json$|\/pages\/assets\/.+\.(js|svg)$/.test(file),
    );
}

/**
 * The programs and the files that they may load. Development packages are left out: a library may try to load any package
 * that is installed, as the mailer does with preview-email.
 */
async function reachedFiles(): Promise<string[]> {
  const production = productionPackages();
  const isInPackage = (file: string): boolean => {
    const [folder] = /^.*node_modules\/(@[^/]+\/)?[^/]+/.exec(file) ?? [];
    return folder !== undefined && production.has(folder);
  };
  const { fileList } = await nodeFileTrace(
    PROGRAMS.map((file) => path.join(PROJECT_ROOT, file)),
    {
      base: PROJECT_ROOT,
      ignore: (file) => !/^dist(\/|$)/.test(file) && !isInPackage(file),
    },
  );
  return [...fileList].filter((file) => /^(dist|node_modules)\//.test(file) && !file.endsWith('.map'));
}

/** Such as LICENSE.md, NOTICE, NRO_LICENSE, or the notices of a bundle: swagger-ui-bundle.js.LICENSE.txt. */
const LICENCE_FILE = /^(notice|copying)|(^|_|\.)licen[cs]e/i;

/** A distributed package must carry its licence, also where its code is part of a bundle. */
async function licenceFiles(files: readonly string[]): Promise<string[]> {
  const bundled = await bundledModules();
  const modules = files.flatMap((file) => [file, ...(bundled.get(path.basename(file)) ?? [])]);
  const folders = new Set(modules.map((module) => /^.*node_modules\/(@[^/]+\/)?[^/]+/.exec(module)?.[0] ?? ''));
  const ofPackages = [...folders].filter(Boolean).map(async (folder) => {
    const entries = await readdir(path.join(PROJECT_ROOT, folder), { withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile() && LICENCE_FILE.test(entry.name))
      .map(({ name }) => `${folder}/${name}`);
  });
  return (await Promise.all(ofPackages)).flat();
}

/** For glibc and musl: the trace finds only the binary for the machine it runs on. */
async function nativeBinaries(): Promise<string[]> {
  const ofLibraries = ['argon2', 'bcrypt'].map(async (library) => {
    const folder = `node_modules/${library}/prebuilds/${process.platform}-${process.arch}`;
    const names = await readdir(path.join(PROJECT_ROOT, folder)).catch(() => []); // built from source where there is none
    return names.map((name) => `${folder}/${name}`);
  });
  return (await Promise.all(ofLibraries)).flat();
}

/** Our package.json with the scripts that an operator uses, and without those that need the sources. */
async function packageJson(): Promise<string> {
  const { name, version, description, license, type, bin, engines } = JSON.parse(
    await readFile(path.join(PROJECT_ROOT, 'package.json'), 'utf8'),
  ) as Record<string, unknown>;
  const scripts = {
    'start:prod': 'node dist/start.cjs',
    migrate: 'node dist/munjigi.cjs migrate',
    'admin:create': 'node dist/munjigi.cjs admin create',
  };
  const written = { name, version, description, license, private: true, type, bin, engines, scripts };
  return `${JSON.stringify(written, null, 2)}\n`;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const target = process.argv[2];
  if (target === undefined) throw new Error('Usage: npm run image:files -- FOLDER');
  console.log(`${(await copyImageFiles(path.resolve(target))).length} files in ${target}`);
}
