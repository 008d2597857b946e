import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { parse } from 'acorn';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { bundledModules } from '../../dev/bundle.js';
import { PROJECT_ROOT } from '../../dev/project.js';

const DIST = path.join(PROJECT_ROOT, 'dist');

/** A bundle in dist/: its text, and the modules it was made from. */
interface BundleFile {
  readonly code: string;
  readonly modules: readonly string[];
}

const readBundle = async (file: string): Promise<BundleFile> => ({
  code: await readFile(path.join(DIST, file), 'utf8'),
  modules: (await bundledModules()).get(file)!,
});

/** The file itself and all files that it imports when it is loaded. */
async function loadedWith(file: string, seen = new Map<string, BundleFile>()): Promise<Map<string, BundleFile>> {
  if (seen.has(file)) return seen;
  const bundle = await readBundle(file);
  seen.set(file, bundle);
  for (const statement of parse(bundle.code, { ecmaVersion: 'latest', sourceType: 'module' }).body) {
    const imported = 'source' in statement ? String(statement.source?.value ?? '') : '';
    if (imported.startsWith('./')) await loadedWith(imported.slice(2), seen);
  }
  return seen;
}

const librariesIn = ({ modules }: BundleFile): string[] =>
  modules.flatMap((module) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(module)?.[1] ?? []);

describe('the start of a server', () => {
  const libraries = new Set<string>();
  let code = '';
  beforeAll(async () => {
    const main = await readBundle('main.js');
    const createApp = /import\("\.\/(chunk-create-app-[^"]+)"\)/.exec(main.code)![1]!;
    const files = [...(await loadedWith('main.js')).values(), ...(await loadedWith(createApp)).values()];
    code = files.map((file) => file.code).join('\n');
    for (const name of files.flatMap(librariesIn)) libraries.add(name);
  });

  it('loads only ASCII code, which needs one byte for each character in memory', () => {
    expect(/[^\0-\x7f]+/.exec(code)).toBeNull();
  });

  it.each(['@nestjs/core', 'fastify', 'typeorm', 'passport-jwt', 'class-validator', '@nestjs-modules/mailer'])(
    'loads %s, which every server needs',
    (name) => expect([...libraries]).toContain(name),
  );

  it.each([
    ...['jose', 'ioredis', '@opentelemetry/sdk-trace-node', '@opentelemetry/exporter-trace-otlp-http', 'commander'],
    ...['openid-client', 'oauth4webapi', 'csv-parse', 'pg-copy-streams', 'ajv'],
  ])('loads %s only where it is used', (name) => expect([...libraries]).not.toContain(name));

  it.each(['MysqlDriver', 'MongoEntityManager', 'PhoneNumber'])('leaves %s out, which no server uses', (name) => {
    const isDefined = (one: string): boolean => new RegExp(`\\b(class|function|var|let) _?${one}\\b`).test(code);
    expect([isDefined('PostgresDriver'), isDefined(name)]).toEqual([true, false]);
  });

  it.each(['TokenHookClient', 'ImportHook', 'ConsentLedger', 'ConsentsRepository', 'ConsentFile'])(
    'loads the class %s only where it is configured',
    (name) => {
      const isDefined = (one: string): boolean => new RegExp(`\\b(class|var|let) ${one}\\b`).test(code);
      expect([isDefined('LoginCompletionService'), isDefined(name)]).toEqual([true, false]);
    },
  );
});
