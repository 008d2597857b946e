import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import openapiTS, { astToString, type OpenAPI3 } from 'openapi-typescript';
import { PROJECT_ROOT } from './project.js';

/** Reads the OpenAPI document from the built server. Needs no database. */
export async function openApiDocument(): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, ['dist/bootstrap/openapi/print-openapi.js'], {
    cwd: PROJECT_ROOT,
    env: {},
    maxBuffer: 16 * 1024 * 1024,
  });
  return stdout;
}

/** Writes the types of the client in client/. Request fields with a default are optional. */
export async function clientTypes(document: string): Promise<string> {
  const types = await openapiTS(JSON.parse(document) as OpenAPI3, { defaultNonNullable: false });
  // Any other string is allowed too, because operators can add languages of mails (MAIL_TEMPLATES_DIR).
  const text = astToString(types).replace('Locale: "en" | "ko";', 'Locale: "en" | "ko" | (string & {});');
  return `// Written by \`npm run docs\` from openapi.json.\n${text}`;
}
