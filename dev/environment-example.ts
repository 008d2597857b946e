import { ENVIRONMENT } from '../src/platform/config/environment.js';

/* The page of all settings, .env.example. `npm run docs` writes it; a test checks that it is up to date. */

/** The properties of a setting as envalid keeps them. */
interface Setting {
  readonly desc?: string;
  readonly default?: unknown;
  readonly devDefault?: unknown;
  readonly example?: string;
  readonly choices?: readonly unknown[];
}

/** Each group by its title and its first variable; it ends where the next one begins. */
export const GROUPS: readonly (readonly [title: string, first: string])[] = [
  ['The process', 'NODE_ENV'],
  ['The database', 'DATABASE_URL'],
  ['The mail server', 'SMTP_URL'],
  ['Secrets and keys', 'SECRET'],
  ['How long things live', 'ACCESS_TOKEN_TTL_SECONDS'],
  ['Limits', 'CODE_RESEND_SECONDS'],
  ['Unusual logins', 'GEOIP_DATABASE'],
  ['Passwords', 'PASSWORD_MIN_LENGTH'],
  ['Clients and pages', 'DEFAULT_LOCALE'],
  ['Operation', 'SWAGGER_ENABLED'],
];

/** Marks, in its description, a setting that may be left out except in production (configuration-checks.ts). */
const REQUIRED = 'Required in production';

const SETTINGS = Object.entries(ENVIRONMENT) as [name: string, setting: Setting][];

export function environmentExample(): string {
  const lines = [
    '# Every setting of the server. "# NAME=value" shows the default; "NAME=" without a # is required in production.',
    '# An empty value means "not set"; lists are comma-separated. With an invalid value the server does not start.',
    '# `npm run docs` makes this file from the tables of src/platform/config.',
  ];
  for (const [name, setting] of SETTINGS) {
    const title = titleBefore(name);
    if (title !== undefined) lines.push('', `# === ${title} ===`);
    lines.push('', `# ${sentence(meaningOf(setting))}`);
    if (setting.devDefault !== undefined && setting.default !== undefined)
      lines.push(`# Outside production: ${plain(setting.devDefault)}`);
    if (setting.example !== undefined) lines.push(`# For example: ${quotedForShell(setting.example)}`);
    const days = inDays(setting.default);
    if (days !== undefined) lines.push(`# The default is ${days}.`);
    lines.push(isRequired(setting) ? `${name}=` : `# ${name}=${plain(setting.default)}`);
  }
  return `${lines.join('\n')}\n`;
}

function titleBefore(name: string): string | undefined {
  return GROUPS.find(([, first]) => first === name)?.[0];
}

function meaningOf({ desc = '', choices }: Setting): string {
  return choices ? `${desc}; one of ${choices.join(', ')}` : desc;
}

/** Whether production refuses to start without it. */
function isRequired(setting: Setting): boolean {
  return !('default' in setting) || (setting.desc ?? '').includes(REQUIRED);
}

/** The length of 1209600 seconds is hard to see at a glance. */
function inDays(value: unknown): string | undefined {
  if (typeof value !== 'number' || value < 86_400 || value % 86_400 !== 0) return undefined;
  return `${value / 86_400} ${value === 86_400 ? 'day' : 'days'}`;
}

/**
 * A shell takes `<` and `>` only in quotes. `docker run --env-file` keeps these quotes in the value, and
 * the server removes them (bare-value.ts).
 */
function quotedForShell(example: string): string {
  return /[<>]/.test(example) ? JSON.stringify(example) : example;
}

function plain(value: unknown): string {
  if (value === undefined) return '';
  return Array.isArray(value) ? value.join(',') : JSON.stringify(value).replace(/^"|"$/g, '');
}

function sentence(text: string): string {
  return `${text[0]!.toUpperCase()}${text.slice(1)}.`;
}
