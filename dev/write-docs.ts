// `npm run docs`: writes the files that are made from the code.
// In the repository:
// - .env.example, from the table of settings;
// - openapi.json, from the controllers;
// - the types and the tables of responses of the client, from openapi.json.
// In build/docs, which Git ignores:
// - the requirements with the titles of their tests;
// - the packages of package-lock.json with their licences.
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { buildIfStale } from './build.js';
import { clientResponses } from './client-responses.js';
import { environmentExample } from './environment-example.js';
import { clientTypes, openApiDocument } from './openapi.js';
import { GENERATED_DOCS, PROJECT_ROOT } from './project.js';
import { requirementsPage } from './requirements-page.js';
import { thirdPartyPage } from './third-party.js';

const write = (name: string, text: string): Promise<void> => writeFile(path.join(PROJECT_ROOT, name), text);

await mkdir(path.join(PROJECT_ROOT, GENERATED_DOCS), { recursive: true });
await write(`${GENERATED_DOCS}/requirements.md`, requirementsPage());
await write(`${GENERATED_DOCS}/third-party.md`, thirdPartyPage());
await write('.env.example', environmentExample());
await buildIfStale();
const document = await openApiDocument();
await write('openapi.json', document);
await write('client/src/openapi.ts', await clientTypes(document));
await write('client/src/responses.ts', clientResponses(document));
