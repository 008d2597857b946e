import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import openapiTS, { astToString, type OpenAPI3 } from 'openapi-typescript';
import prettier from 'prettier';
import { PROJECT_ROOT } from './project.js';

/** The OpenAPI document as the built server has it, formatted as it is committed. Needs no database. */
export async function openApiDocument(): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, ['dist/openapi.command.js'], {
    cwd: PROJECT_ROOT,
    env: {},
    maxBuffer: 16 * 1024 * 1024,
  });
  return prettier.format(stdout, { ...(await prettierOptions()), parser: 'json' });
}

// A request may leave out what has a default.
const OPTIONS = { defaultNonNullable: false };

/** The types of the client in client/. */
export async function clientTypes(document: string): Promise<string> {
  const types = astToString(await openapiTS(JSON.parse(document) as OpenAPI3, OPTIONS));
  const header = '// Written by `npm run docs` from openapi.json.\n';
  return prettier.format(header + types, { ...(await prettierOptions()), parser: 'typescript' });
}

function prettierOptions(): Promise<prettier.Options | null> {
  return prettier.resolveConfig(PROJECT_ROOT + '/package.json');
}
