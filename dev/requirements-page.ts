import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { GENERATED_DOCS, PROJECT_ROOT } from './project.js';
import { REQUIREMENTS, type Requirement } from './requirements.js';

/** A test, or a group of them, whose title names a requirement. */
export interface Shown {
  readonly id: string;
  /** From the root of the project, with forward slashes. */
  readonly file: string;
  readonly title: string;
}

const ID = /\b[A-Z]{2}-\d{2}\b/g;
const TEST_FUNCTIONS = new Set(['it', 'test', 'describe']);

/** Every mention of a requirement in the title of a test, in order of file and line. */
export function shownByTests(): Shown[] {
  return ['client', 'dev', 'src', 'test', 'verifier'].flatMap(specsBelow).flatMap((file) => {
    const source = ts.createSourceFile(
      file,
      readFileSync(path.join(PROJECT_ROOT, file), 'utf8'),
      ts.ScriptTarget.Latest,
    );
    return titlesIn(source).flatMap((title) => [...new Set(title.match(ID))].map((id) => ({ id, file, title })));
  });
}

/** build/docs/requirements.md: each requirement with its tests, or with the reason why it has none. */
export function requirementsPage(): string {
  const shown = grouped(shownByTests(), ({ id }) => id);
  const all = REQUIREMENTS.flatMap(([, rows]) => rows);
  const lines = [
    '# Requirements',
    '',
    'What the service promises, and the tests that show it. P0 blocks a release, P1 is high, P2 medium. A test that shows a',
    'requirement has its id in the title. `npm run docs` makes this page from those titles and from `dev/requirements.ts`.',
    '',
    `Tests show ${all.filter(({ id }) => shown.has(id)).length} of ${all.length} requirements. The others name the reason why not.`,
  ];
  for (const [family, rows] of REQUIREMENTS) {
    lines.push('', `## ${family}`);
    for (const row of rows) lines.push('', ...section(row, shown.get(row.id) ?? []));
  }
  return `${lines.join('\n')}\n`;
}

function section({ id, severity, statement, untested, limits }: Requirement, shown: readonly Shown[]): string[] {
  const lines = [`**${id}** (${severity}) ${statement}.`, ''];
  const root = path.posix.relative(GENERATED_DOCS, '.');
  for (const [file, titles] of grouped(shown, ({ file }) => file))
    for (const { title } of titles) lines.push(`- [${path.basename(file)}](${root}/${file}): ${inline(title)}`);
  if (shown.length === 0) lines.push(`- Not tested: ${untested ?? ''}`);
  if (limits !== undefined) lines.push(`- Limits: ${limits}`);
  return lines;
}

/** As Map.groupBy, which Node.js 20 lacks. */
function grouped<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return groups;
}

/** Escapes what Markdown would interpret in a title. */
function inline(title: string): string {
  return title.replace(/\s+/g, ' ').replace(/[\\`*_[\]<>|]/g, '\\$&');
}

function specsBelow(folder: string): string[] {
  return readdirSync(path.join(PROJECT_ROOT, folder), { recursive: true, encoding: 'utf8' })
    .map((name) => `${folder}/${name.replaceAll('\\', '/')}`)
    .filter((name) => /[.-]spec\.ts$/.test(name))
    .sort();
}

function titlesIn(source: ts.SourceFile): string[] {
  const titles: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && TEST_FUNCTIONS.has(rootOf(node.expression))) {
      const [title] = node.arguments;
      if (title && ts.isStringLiteralLike(title)) titles.push(title.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return titles;
}

/** `it` of `it(…)`, of `it.each(…)(…)` and of `it.only(…)`. */
function rootOf(callee: ts.Expression): string {
  if (ts.isIdentifier(callee)) return callee.text;
  if (ts.isCallExpression(callee) || ts.isPropertyAccessExpression(callee)) return rootOf(callee.expression);
  return '';
}
