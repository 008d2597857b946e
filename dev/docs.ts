import { ENVIRONMENT } from '../src/platform/config/environment.js';

/*
 * The parts of the documentation that repeat the table of settings. `npm run docs` writes them, a test keeps them equal.
 */

/** What envalid keeps of a setting. */
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

const SETTINGS = Object.entries(ENVIRONMENT) as [name: string, setting: Setting][];

export function environmentExample(): string {
  const lines = [
    '# Every setting of the server. Those after a # have the default shown; those without one are needed in production.',
    '# An empty value means "not set". Written by `npm run docs` from src/platform/config/environment.ts.',
  ];
  for (const [name, setting] of SETTINGS) {
    const title = titleBefore(name);
    if (title !== undefined) lines.push('', `# === ${title} ===`);
    lines.push('', `# ${sentence(meaningOf(setting))}`);
    if (setting.devDefault !== undefined && setting.default !== undefined)
      lines.push(`# Outside production: ${plain(setting.devDefault)}`);
    if (setting.example !== undefined) lines.push(`# For example: ${setting.example}`);
    lines.push(isNeeded(setting) ? `${name}=` : `# ${name}=${plain(setting.default)}`);
  }
  return `${lines.join('\n')}\n`;
}

export function configurationPage(): string {
  const lines = [
    '# Configuration',
    '',
    'Everything is an environment variable, read once at start. An empty value means "not set". The server refuses to start on a',
    'bad one, names all of them at once and repeats no value. [.env.example](../.env.example) holds the same list to copy from.',
    'This page is written by `npm run docs` from `src/platform/config/environment.ts`.',
  ];
  for (const [name, setting] of SETTINGS) {
    const title = titleBefore(name);
    if (title !== undefined) lines.push('', `## ${title}`, '', '| Variable | Default | Meaning |', '|---|---|---|');
    const example = setting.example === undefined ? '' : `. Example: \`${setting.example}\``;
    lines.push(`| \`${name}\` | ${defaultOf(setting)} | ${cell(meaningOf(setting) + example)} |`);
  }
  return `${lines.join('\n')}\n`;
}

function titleBefore(name: string): string | undefined {
  return GROUPS.find(([, first]) => first === name)?.[0];
}

function meaningOf({ desc = '', choices }: Setting): string {
  return choices ? `${desc}; one of ${choices.join(', ')}` : desc;
}

/** Production does not start without it: there is no default, or a check asks for it there (src/platform/config/app-config.ts). */
function isNeeded(setting: Setting): boolean {
  return !('default' in setting) || (setting.desc ?? '').includes('Required in production');
}

function defaultOf(setting: Setting): string {
  const { default: standard, devDefault } = setting;
  const shown = isNeeded(setting) ? '**needed in production**' : code(standard);
  return devDefault === undefined ? shown : `${shown}; otherwise ${code(devDefault)}`;
}

function code(value: unknown): string {
  const text = plain(value);
  return text === '' ? 'none' : `\`${text}\`${inDays(value)}`;
}

/** Nobody sees at a glance how long 1209600 seconds are. */
function inDays(value: unknown): string {
  return typeof value === 'number' && value >= 86_400 && value % 86_400 === 0
    ? ` (${value / 86_400} ${value === 86_400 ? 'day' : 'days'})`
    : '';
}

function plain(value: unknown): string {
  if (value === undefined) return '';
  return Array.isArray(value) ? value.join(',') : JSON.stringify(value).replace(/^"|"$/g, '');
}

function sentence(text: string): string {
  return `${text[0]!.toUpperCase()}${text.slice(1)}.`;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}
