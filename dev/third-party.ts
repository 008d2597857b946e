import { readFileSync } from 'node:fs';
import path from 'node:path';
import { PROJECT_ROOT } from './project.js';

/** Licences that allow use beside MIT code in any product and require no more than attribution. */
export const FITTING_LICENCES = new Set(
  'MIT MIT-0 ISC 0BSD BSD-2-Clause BSD-3-Clause Apache-2.0 BlueOak-1.0.0 CC0-1.0 Python-2.0'.split(' '),
);

/** Packages whose registry entry lacks a correct licence; read from their own files. */
const READ_BY_HAND: Record<string, string> = { 'passport-strategy': 'MIT', pause: 'MIT' };

/**
 * Its optional and peer dependencies are left out: most are template engines and a preview that Munjigi does not load.
 * Those that Munjigi loads, such as handlebars, are dependencies of the project itself.
 */
const MAILER = '@nestjs-modules/mailer';

export interface ThirdParty {
  name: string;
  version: string;
  licence: string;
  /** As in package-lock.json: the algorithm, a dash, the digest in base64. */
  integrity: string;
}

type Dependencies = Record<string, string>;

interface LockedPackage {
  version: string;
  integrity: string;
  license?: string;
  dependencies?: Dependencies;
  optionalDependencies?: Dependencies;
  peerDependencies?: Dependencies;
}

/** Every package that runs in production, according to package-lock.json. */
export function thirdParties(): ThirdParty[] {
  const unique = new Map<string, ThirdParty>();
  for (const [location, { version, integrity, license }] of productionPackages()) {
    const name = packageName(location);
    unique.set(`${name}@${version}`, { name, version, integrity, licence: READ_BY_HAND[name] ?? license ?? 'unknown' });
  }
  return [...unique.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/**
 * The packages that production can load, by their folder (`node_modules/a/node_modules/b`). These are the dependencies of
 * the project and all packages that those need. The optional engines of the mailer are left out, although npm installs them.
 */
export function productionPackages(): Map<string, LockedPackage> {
  const { packages } = JSON.parse(readFileSync(path.join(PROJECT_ROOT, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, LockedPackage>;
  };
  const reached = new Map<string, LockedPackage>();
  const visit = (from: string, names: Dependencies | undefined): void => {
    for (const name of Object.keys(names ?? {})) {
      const location = resolve(packages, from, name);
      if (location === undefined || reached.has(location)) continue; // missing: an optional peer dependency that npm did not install
      const locked = packages[location]!;
      reached.set(location, locked);
      visit(location, locked.dependencies);
      if (name === MAILER) continue;
      visit(location, locked.optionalDependencies);
      visit(location, locked.peerDependencies);
    }
  };
  visit('', packages['']!.dependencies);
  visit('', packages['']!.optionalDependencies);
  return reached;
}

/** Finds a package as Node.js does: in the node_modules of the package that requires it, then of each folder above. */
function resolve(packages: Record<string, LockedPackage>, from: string, name: string): string | undefined {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/node_modules/')))) {
    const location = folder === '' ? `node_modules/${name}` : `${folder}/node_modules/${name}`;
    if (packages[location] !== undefined) return location;
    if (folder === '') return undefined;
  }
}

function packageName(location: string): string {
  return location.split('node_modules/').at(-1)!;
}

/** build/docs/third-party.md */
export function thirdPartyPage(): string {
  const all = thirdParties();
  const licences = [...new Set(all.map(({ licence }) => licence))].sort();
  const sections = licences.map((licence) => {
    const packages = all.filter((thirdParty) => thirdParty.licence === licence);
    return `## ${licence} (${packages.length})\n\n${packages.map(({ name, version }) => `${name} ${version}`).join(' · ')}\n`;
  });
  return `# Third parties

The ${all.length} packages that run in production besides our own code, by licence. \`npm run docs\` makes this page from package-lock.json. A
test refuses a licence that obliges users of Munjigi to more than attribution. \`npm run sbom\` prints the same list as CycloneDX, with the hashes
that npm verifies. \`npm audit --omit=dev\` lists known vulnerabilities. The image holds only the files of these packages that run.
The optional template engines of ${MAILER} are installed with it, but never loaded and not part of the image.

The country database is \`geo-whois-asn-country\` of ip-location-db (CC0 1.0), made from data of the regional registries (CC BY 4.0): see
[countries.md](../../docs/countries.md).

${sections.join('\n')}`;
}
