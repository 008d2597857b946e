import { str } from 'envalid';
import { baseUrl, flag, tcpPort } from './setting-types.js';

/** The process itself: address, port, role. */
export const PROCESS_ENVIRONMENT = {
  NODE_ENV: str({
    choices: ['development', 'test', 'production'],
    default: 'development',
    desc: 'production refuses missing, default and weak settings',
  }),
  PORT: tcpPort({ default: 3000, desc: 'HTTP port; 0 takes any free port' }),
  HOST: str({ default: '0.0.0.0', devDefault: '127.0.0.1', desc: 'address to listen on' }),
  PUBLIC_URL: baseUrl({
    default: undefined,
    desc: 'public URL of this service and base of every mailed link. Required in production, otherwise http://localhost:PORT',
    example: 'https://accounts.example.com',
  }),
  API_ENABLED: flag({
    default: true,
    desc: 'answer API requests; false: a worker, which answers only /health',
  }),
  WORKER_ENABLED: flag({
    default: true,
    desc: 'send mail and run jobs: purge expired rows, erase closed accounts',
  }),
};
