import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { PROJECT_ROOT } from './project.js';
import { sbom } from './sbom.js';
import { FITTING_LICENCES, thirdParties, thirdPartyPage } from './third-party.js';

describe('third-party packages', () => {
  it('have a compatible licence', () => {
    expect(thirdParties().length).toBeGreaterThan(100);
    expect(thirdParties().filter(({ licence }) => !FITTING_LICENCES.has(licence))).toEqual([]);
  });

  it('exclude the optional template engines of the mailer', () => {
    const names = thirdParties().map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['@nestjs-modules/mailer', 'handlebars', 'lodash', 'nodemailer']));
    for (const engine of ['preview-email', 'pug', 'ejs', 'mjml', 'liquidjs', 'nunjucks', 'caniuse-lite'])
      expect(names).not.toContain(engine);
  });

  it('are listed once each, with version, under their licence', () => {
    const sections = thirdPartyPage()
      .split(/^## (.+) \(\d+\)$/m)
      .slice(1);
    const listed = sections.flatMap((text, index) =>
      index % 2 === 0
        ? []
        : text
            .trim()
            .split(' · ')
            .map((entry) => `${entry} ${sections[index - 1]}`),
    );
    expect(listed.sort()).toEqual(
      thirdParties()
        .map((one) => `${one.name} ${one.version} ${one.licence}`)
        .sort(),
    );
  });

  it('are in the bill of materials, each with the hash that npm verifies', () => {
    const { components } = sbom() as {
      components: { name: string; version: string; purl: string; hashes: { alg: string; content: string }[] }[];
    };
    expect(components.map(({ name, version }) => `${name} ${version}`)).toEqual(
      thirdParties().map(({ name, version }) => `${name} ${version}`),
    );
    const { dependencies } = JSON.parse(readFileSync(path.join(PROJECT_ROOT, 'package.json'), 'utf8')) as {
      dependencies: Record<string, string>;
    };
    for (const name of Object.keys(dependencies)) expect(components.map((one) => one.name)).toContain(name);
    expect(components.find(({ name }) => name === '@fastify/cookie')!.purl).toMatch(/^pkg:npm\/%40fastify\/cookie@\d/);
    const lock = JSON.parse(readFileSync(path.join(PROJECT_ROOT, 'package-lock.json'), 'utf8')) as {
      packages: Record<string, { version: string; integrity?: string }>;
    };
    const verified = Object.entries(lock.packages).map(
      ([folder, { version, integrity }]) => `${folder.split('node_modules/').at(-1)} ${version} ${integrity}`,
    );
    for (const { name, version, hashes } of components) {
      expect(hashes).toEqual([{ alg: 'SHA-512', content: expect.stringMatching(/^[0-9a-f]{128}$/) }]);
      const integrity = Buffer.from(hashes[0]!.content, 'hex').toString('base64');
      expect(verified).toContain(`${name} ${version} sha512-${integrity}`);
    }
  });
});
