import type { SourceReader } from '../import-row.js';
import { readCsv } from './csv.js';
import { readDjangoCsv, readDjangoJson } from './django.js';
import { readAuth0, readCognito, readFirebase, readSupabase } from './hosted.js';
import { readJsonl } from './jsonl.js';
import { readKeycloak } from './keycloak.js';
import { readSpring } from './spring.js';

export const SOURCES = [
  ...(['django', 'spring', 'keycloak', 'auth0', 'firebase', 'supabase', 'cognito', 'csv', 'jsonl'] as const),
];
export type SourceName = (typeof SOURCES)[number];

const READERS: Readonly<Record<Exclude<SourceName, 'django'>, SourceReader>> = {
  spring: readSpring,
  keycloak: readKeycloak,
  auth0: readAuth0,
  firebase: readFirebase,
  supabase: readSupabase,
  cognito: readCognito,
  csv: readCsv,
  jsonl: readJsonl,
};

/** The reader of a file. Django has two formats, which the name of the file distinguishes. */
export function readerOf(source: SourceName, file: string): SourceReader {
  if (source !== 'django') return READERS[source];
  return file.toLowerCase().endsWith('.csv') ? readDjangoCsv : readDjangoJson;
}
