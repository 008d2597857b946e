import { DataSource } from 'typeorm';
import { dataSourceOptions } from '../../src/bootstrap/data-source.js';

/** Connects to a test database as the server does, with few connections. The caller destroys the data source. */
export async function openDataSource({ url }: { readonly url: string }, poolSize = 2): Promise<DataSource> {
  return new DataSource(dataSourceOptions({ url, poolSize, timeoutSeconds: 30 })).initialize();
}
