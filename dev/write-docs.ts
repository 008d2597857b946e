// `npm run docs`: writes what repeats the code. .env.example and docs/configuration.md come from the table of settings,
// docs/requirements.md from the titles of the tests, openapi.json from the controllers, the types of the client from that,
// docs/third-party.md from the lock file.
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { buildIfStale } from './build.js';
import { configurationPage, environmentExample } from './docs.js';
import { clientTypes, openApiDocument } from './openapi.js';
import { PROJECT_ROOT } from './project.js';
import { requirementsPage } from './requirements-page.js';
import { thirdPartyPage } from './third-party.js';

const write = (name: string, text: string): Promise<void> => writeFile(path.join(PROJECT_ROOT, name), text);

await write('.env.example', environmentExample());
await write('docs/configuration.md', configurationPage());
await write('docs/requirements.md', requirementsPage());
await write('docs/third-party.md', thirdPartyPage());
await buildIfStale();
const document = await openApiDocument();
await write('openapi.json', document);
await write('client/src/openapi.ts', await clientTypes(document));
