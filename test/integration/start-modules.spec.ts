import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { PROJECT_ROOT } from '../../dev/project.js';

const DIST = path.join(PROJECT_ROOT, 'dist');

/** The file itself and all files that it imports when it is loaded. */
async function loadedWith(file: string, seen = new Map<string, string>()): Promise<Map<string, string>> {
  if (seen.has(file)) return seen;
  const code = await readFile(path.join(DIST, file), 'utf8');
  seen.set(file, code);
  for (const [, imported] of code.matchAll(/^(?:import|export|\} from)\b.*"\.\/([^"]+\.js)";$/gm))
    await loadedWith(imported!, seen);
  return seen;
}

/** The libraries in a bundle, by the comment before each of their modules. */
const librariesIn = (code: string): string[] =>
  [...code.matchAll(/^\s*\/\/ (?:node_modules\/)+((?:@[^/]+\/)?[^/]+)\/.+$/gm)].map(([, name]) => name!);

describe('the start of a server', () => {
  const libraries = new Set<string>();
  let code = '';
  beforeAll(async () => {
    const main = await readFile(path.join(DIST, 'main.js'), 'utf8');
    const createApp = /import\("\.\/(chunk-create-app-[^"]+)"\)/.exec(main)![1]!;
    const files = [...(await loadedWith('main.js')), ...(await loadedWith(createApp))];
    code = files.map(([, text]) => text).join('\n');
    for (const name of librariesIn(code)) libraries.add(name);
  });

  it.each(['@nestjs/core', 'fastify', 'typeorm', 'passport-jwt', 'class-validator', '@nestjs-modules/mailer'])(
    'loads %s, which every server needs',
    (name) => expect([...libraries]).toContain(name),
  );

  it.each([
    ...['jose', 'ioredis', '@opentelemetry/sdk-trace-node', '@opentelemetry/exporter-trace-otlp-http', 'commander'],
    ...['openid-client', 'oauth4webapi', 'csv-parse', 'pg-copy-streams'],
  ])('loads %s only where it is used', (name) => expect([...libraries]).not.toContain(name));

  it.each(['TokenHookClient', 'ImportHook'])('loads the class %s only where it is configured', (name) => {
    const isDefined = (one: string): boolean => new RegExp(`\\b(class|var|let) ${one}\\b`).test(code);
    expect([isDefined('LoginCompletionService'), isDefined(name)]).toEqual([true, false]);
  });
});
