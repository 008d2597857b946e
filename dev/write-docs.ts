// `npm run docs`: writes what repeats something else: .env.example and docs/configuration.md the table of settings, docs/third-party.md the lock file.
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { configurationPage, environmentExample } from './docs.js';
import { PROJECT_ROOT } from './project.js';
import { thirdPartyPage } from './third-party.js';

await writeFile(path.join(PROJECT_ROOT, '.env.example'), environmentExample());
await writeFile(path.join(PROJECT_ROOT, 'docs', 'configuration.md'), configurationPage());
await writeFile(path.join(PROJECT_ROOT, 'docs', 'third-party.md'), thirdPartyPage());
