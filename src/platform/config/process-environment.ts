import { str } from 'envalid';
import { baseUrl, flag, tcpPort } from './setting-types.js';

/** The process itself: address, port, role. */
export const PROCESS_ENVIRONMENT = {
  NODE_ENV: str({
    choices: ['development', 'test', 'production'],
    default: 'development',
    desc: 'production has no development defaults and refuses weak settings',
  }),
  PORT: tcpPort({ default: 3000, desc: 'HTTP port; 0 takes any free port' }),
  HOST: str({ default: '0.0.0.0', devDefault: '127.0.0.1', desc: 'address to listen on' }),
  PUBLIC_URL: baseUrl({
    default: undefined,
    desc: 'public URL of this service; mailed links begin with it unless a setting such as RESET_LINK_URL replaces them. Required in production, otherwise http://localhost:PORT',
    example: 'https://accounts.example.com',
  }),
  API_ENABLED: flag({
    default: true,
    desc: 'answer API requests; false: a worker, which answers only /health and /metrics',
  }),
  WORKER_ENABLED: flag({
    default: true,
    desc: 'send mail and webhooks, and run jobs such as purging expired rows and erasing closed accounts',
  }),
};
