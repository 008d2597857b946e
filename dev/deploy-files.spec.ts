import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parse, parseAllDocuments } from 'yaml';
import { ENVIRONMENT } from '../src/platform/config/environment.js';
import { isInstalled, skipNotice } from '../test/support/debian-server.js';
import { PROJECT_ROOT } from './project.js';

const DEPLOY = path.join(PROJECT_ROOT, 'deploy');

interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: { name: string };
  data?: Record<string, string>;
  stringData?: Record<string, string>;
}

interface Workload {
  spec: {
    template: { spec: { securityContext: object; automountServiceAccountToken: boolean; containers: object[] } };
  };
}

interface ComposeService {
  environment?: Record<string, string>;
  depends_on?: Record<string, unknown>;
  command?: string[];
}

const read = (...names: string[]): string => readFileSync(path.join(DEPLOY, ...names), 'utf8');
const compose = parse(read('compose.scale.yml'), { merge: true }) as { services: Record<string, ComposeService> };

/** Variables that hold a secret, or a URL with a password in it. */
const SECRET_NAME = /SECRET|PASSWORD|KEYS|_URL$/;

const manifests = readdirSync(path.join(DEPLOY, 'kubernetes'))
  .filter((name) => name !== 'kustomization.yaml')
  .flatMap((name) =>
    parseAllDocuments(read('kubernetes', name)).map((document) => [name, document.toJS() as Manifest] as const),
  );

describe('Kubernetes manifests', () => {
  it.each(manifests)('%s is a valid Kubernetes object', async (_name, manifest) => {
    const { apiVersion, kind } = manifest;
    const module = (await import(`kubernetes-models/${apiVersion}/${kind}`)) as Record<
      string,
      new (data: Manifest) => { validate(): void }
    >;
    const Model = module[kind]!;
    expect(() => new Model(manifest).validate()).not.toThrow();
    expect(() => new Model({ ...manifest, spec: 'nonsense', data: 7 } as never).validate()).toThrow();
  });

  it('they set only variables the server knows, and keep secrets in the Secret', () => {
    for (const [, { kind, data = {}, stringData = {} }] of manifests) {
      const names = Object.keys({ ...data, ...stringData });
      expect(names.filter((name) => !(name in ENVIRONMENT))).toEqual([]);
      if (kind === 'ConfigMap') expect(names.filter((name) => SECRET_NAME.test(name))).toEqual(['PUBLIC_URL']);
    }
    const settings = manifests.map(([, manifest]) => JSON.stringify(manifest)).join('\n');
    const listed = [...settings.matchAll(/\{"name":"([A-Z][A-Z_]+)"/g)].map(([, name]) => name!);
    expect(listed.filter((name) => SECRET_NAME.test(name))).toEqual([]);
    expect(listed).toContain('WORKER_ENABLED');
    expect(listed.filter((name) => !(name in ENVIRONMENT))).toEqual([]);
  });

  it('the kustomization names every manifest except those applied by hand', () => {
    const { resources } = parse(read('kubernetes', 'kustomization.yaml')) as { resources: string[] };
    const byHand = ['migration-job.yaml', 'secret.example.yaml'];
    expect([...resources, ...byHand].sort()).toEqual([...new Set(manifests.map(([name]) => name))].sort());
  });
});

/** The restrictions of our containers, in the words of compose files. */
const CONFINED = { read_only: true, tmpfs: ['/tmp'], cap_drop: ['ALL'], security_opt: ['no-new-privileges:true'] };

describe('our containers', () => {
  it('Kubernetes runs them as an ordinary user, without capabilities, with only /tmp writable', () => {
    const pods = manifests
      .filter(([, { kind }]) => kind === 'Deployment' || kind === 'Job')
      .map(([name, manifest]) => [name, (manifest as unknown as Workload).spec.template.spec] as const);
    expect(pods).toHaveLength(3);
    for (const [name, { securityContext, containers, automountServiceAccountToken }] of pods) {
      expect([name, securityContext]).toEqual([
        name,
        { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: 'RuntimeDefault' } },
      ]);
      expect(automountServiceAccountToken).toBe(false);
      expect(containers).toHaveLength(1);
      expect(containers[0]).toMatchObject({
        securityContext: {
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        },
        volumeMounts: [{ name: 'tmp', mountPath: '/tmp' }],
      });
    }
  });

  it('both compose files run them with the same restrictions', () => {
    const forOne = parse(readFileSync(path.join(PROJECT_ROOT, 'docker-compose.yml'), 'utf8')) as typeof compose;
    const ours = [...Object.values(compose.services), forOne.services.app!].filter(
      ({ environment }) => environment?.NODE_ENV !== undefined,
    );
    expect(ours).toHaveLength(6);
    for (const service of ours) expect(service).toMatchObject(CONFINED);
  });

  it('their image holds what `npm run image:files` writes, on a small base image, and runs as an ordinary user', () => {
    const [, last] = readFileSync(path.join(PROJECT_ROOT, 'Dockerfile'), 'utf8').split(/^FROM (?!.* AS )/m);
    expect(last).toMatch(/^node:24-alpine\n/);
    expect(last!.match(/^(COPY|ADD) .*/gm)).toEqual(['COPY --from=build /image ./']);
    expect(last).toContain('\nUSER 1000:1000\n');
    expect(last).toContain('ln -s /app/dist/munjigi.cjs /usr/local/bin/munjigi');
  });
});

describe('compose file for several replicas', () => {
  it('it sets only variables the server knows', () => {
    const ours = Object.values(compose.services).filter(({ environment }) => environment?.NODE_ENV !== undefined);
    expect(ours).toHaveLength(5);
    for (const { environment = {} } of ours)
      expect(Object.keys(environment).filter((name) => !(name in ENVIRONMENT))).toEqual([]);
  });

  it('SL-01 no proxy logs queries, which hold the addresses that administrators search', () => {
    const nginx = read('nginx.conf');
    expect(nginx).toMatch(/error_log \S+ crit;/); // lower levels quote requests
    expect(nginx.match(/log_format [^;]+;/)![0]).not.toMatch(
      /\$(request|request_uri|args|query_string|is_args|http_referer)\b/,
    );
    expect(read('kubernetes/ingress.yaml')).toContain("enable-access-log: 'false'");
  });

  it('it defines every service that another service waits for', () => {
    for (const { depends_on: needed = {} } of Object.values(compose.services))
      for (const name of Object.keys(needed)) expect(compose.services).toHaveProperty([name]);
  });

  const withCompose = isInstalled('docker-compose') ? it : it.skip;
  if (withCompose === it.skip) skipNotice('docker-compose', 'docker-compose');
  withCompose('is accepted by docker-compose', () => {
    const names = ['PUBLIC_URL', 'POSTGRES_PASSWORD', 'SMTP_URL', 'MAIL_FROM', 'SECRET'];
    const env = { ...process.env, ...Object.fromEntries(names.map((name) => [name, 'some-value'])) };
    const options = { cwd: DEPLOY, env, encoding: 'utf8' as const };
    const resolved = execFileSync('docker-compose', ['--file', 'compose.scale.yml', 'config'], options);
    expect(resolved).toContain('web-3');
  });
});

describe('alert rules', () => {
  const withPromtool = isInstalled('promtool') ? it : it.skip;
  if (withPromtool === it.skip) skipNotice('promtool', 'prometheus');
  withPromtool('are accepted by promtool', () => {
    const rules = path.join(DEPLOY, 'monitoring', 'alerts.yaml');
    const count = read('monitoring', 'alerts.yaml').match(/- alert: /g)!.length;
    expect(execFileSync('promtool', ['check', 'rules', rules], { encoding: 'utf8' })).toContain(`${count} rules found`);
  });
});

describe('proxy configuration', () => {
  const withNginx = isInstalled('nginx') && isInstalled('openssl') ? it : it.skip;
  if (withNginx === it.skip) skipNotice('nginx', 'nginx-light');
  withNginx('is accepted by nginx', () => {
    const directory = mkdtempSync(path.join(os.tmpdir(), 'munjigi-nginx-'));
    try {
      const [key, certificate] = ['key.pem', 'fullchain.pem'].map((name) => path.join(directory, name));
      const options = [
        'req',
        '-x509',
        '-newkey',
        'ec',
        '-pkeyopt',
        'ec_paramgen_curve:prime256v1',
        '-nodes',
        '-subj',
        '/CN=test',
      ];
      execFileSync('openssl', [...options, '-keyout', key!, '-out', certificate!], { stdio: 'ignore' });
      const configuration = read('nginx.conf')
        .replaceAll('/etc/nginx/tls', directory)
        .replaceAll(/web-\d:/g, '127.0.0.1:')
        .replaceAll(/\/dev\/std\w+|\/tmp\/nginx.pid/g, path.join(directory, 'out'))
        // Debian's nginx is older than the image's; the directive was an argument of `listen` then.
        .replace('listen 8443 ssl;\n    http2 on;', 'listen 8443 ssl http2;');
      writeFileSync(path.join(directory, 'nginx.conf'), configuration);
      const { status, stderr } = spawnSync('nginx', ['-t', '-p', directory, '-c', path.join(directory, 'nginx.conf')], {
        encoding: 'utf8',
      });
      expect(stderr).toContain('syntax is ok');
      expect(status).toBe(0);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});
