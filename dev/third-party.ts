import { readFileSync } from 'node:fs';
import path from 'node:path';
import { PROJECT_ROOT } from './project.js';

/** What may run beside MIT code in anybody's product without obliging them to more than naming it. */
export const FITTING_LICENCES = new Set([
  ...['MIT', 'MIT-0', 'ISC', '0BSD', 'BSD-2-Clause', 'BSD-3-Clause', 'Apache-2.0', 'BlueOak-1.0.0', 'CC0-1.0'],
  ...['Python-2.0', '(MIT OR EUPL-1.1+)'],
]);

/** Packages whose entry in the registry says it otherwise, or not at all; their own files were read. */
const READ_BY_HAND: Record<string, string> = { 'passport-strategy': 'MIT', pause: 'MIT', slick: 'MIT' };

/** Installed with an optional engine of @nestjs-modules/mailer that is never loaded, and not part of the image. */
const NEVER_LOADED: ReadonlySet<string> = new Set(['caniuse-lite']);

export interface ThirdParty {
  name: string;
  version: string;
  licence: string;
  /** As package-lock.json has it: the algorithm, a dash, the digest in base64. */
  integrity: string;
}

/** Every package that runs in production, by package-lock.json. */
export function thirdParties(): ThirdParty[] {
  const lock = JSON.parse(readFileSync(path.join(PROJECT_ROOT, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { version: string; integrity: string; license?: string; dev?: boolean; link?: boolean }>;
  };
  const found = Object.entries(lock.packages)
    .filter(([location, { dev, link }]) => location.includes('node_modules/') && dev !== true && link !== true)
    .map(([location, { version, integrity, license }]) => {
      const name = location.split('node_modules/').at(-1)!;
      return { name, version, integrity, licence: READ_BY_HAND[name] ?? license ?? 'unknown' };
    });
  const unique = new Map(
    found.filter(({ name }) => !NEVER_LOADED.has(name)).map((one) => [`${one.name}@${one.version}`, one]),
  );
  return [...unique.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** build/docs/third-party.md */
export function thirdPartyPage(): string {
  const all = thirdParties();
  const licences = [...new Set(all.map(({ licence }) => licence))].sort();
  const sections = licences.map((licence) => {
    const packages = all.filter((one) => one.licence === licence);
    return `## ${licence} (${packages.length})\n\n${packages.map(({ name, version }) => `${name} ${version}`).join(' · ')}\n`;
  });
  return `# Third parties

The ${all.length} packages that run in production besides our own code, by licence. \`npm run docs\` makes this page from package-lock.json. A
test refuses a licence that obliges users of Munjigi to more than attribution. \`npm run sbom\` prints the same list as CycloneDX, with the hashes
that npm verifies. \`npm audit --omit=dev\` lists known vulnerabilities. The image holds only the files of these packages that run.

The country database is \`geo-whois-asn-country\` of ip-location-db (CC0 1.0), made from data of the regional registries (CC BY 4.0): see
[countries.md](../../docs/countries.md).

${sections.join('\n')}`;
}
