import { readFile } from 'node:fs/promises';

/**
 * Reads a JSON file that the build has written.
 * @param make makes its content where no build has run, as in unit tests
 */
export async function readBuilt<Content>(file: URL, make: () => Promise<Content>): Promise<Content> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  return text === undefined ? make() : (JSON.parse(text) as Content);
}
