// `npm run docs`: writes what repeats the table of settings, and the page of requirements.
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { configurationPage, environmentExample } from './docs.js';
import { PROJECT_ROOT } from './project.js';
import { requirementsPage } from './requirements-page.js';

await writeFile(path.join(PROJECT_ROOT, '.env.example'), environmentExample());
await writeFile(path.join(PROJECT_ROOT, 'docs', 'configuration.md'), configurationPage());
await writeFile(path.join(PROJECT_ROOT, 'docs', 'requirements.md'), requirementsPage());
