import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import openapiTS, { astToString, type OpenAPI3 } from 'openapi-typescript';
import { PROJECT_ROOT } from './project.js';

/** The OpenAPI document as the built server has it. Needs no database. */
export async function openApiDocument(): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, ['dist/bootstrap/openapi/print-openapi.js'], {
    cwd: PROJECT_ROOT,
    env: {},
    maxBuffer: 16 * 1024 * 1024,
  });
  return stdout;
}

/** The types of the client in client/. A request may leave out what has a default. */
export async function clientTypes(document: string): Promise<string> {
  const types = await openapiTS(JSON.parse(document) as OpenAPI3, { defaultNonNullable: false });
  return `// Written by \`npm run docs\` from openapi.json.\n${astToString(types)}`;
}
