// `npm run docs`: writes .env.example and docs/configuration.md from the table of settings.
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { configurationPage, environmentExample } from './docs.js';
import { PROJECT_ROOT } from './project.js';

await writeFile(path.join(PROJECT_ROOT, '.env.example'), environmentExample());
await writeFile(path.join(PROJECT_ROOT, 'docs', 'configuration.md'), configurationPage());
