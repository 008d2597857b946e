import Handlebars from 'handlebars';
import type { Flavour } from '../templates/built-in-templates.js';

/** What a template refers to. Each number is the line of the first use. */
export interface TemplateUsage {
  readonly placeholders: ReadonlyMap<string, number>;
  readonly partials: ReadonlyMap<string, number>;
  /** Parameters that the template passes to partials, which then use them like placeholders. */
  readonly parameters: ReadonlySet<string>;
  /** The values that a placeholder is compared with. */
  readonly comparisons: ReadonlyMap<string, ReadonlySet<string>>;
  /** Placeholders of the title and the line that an inbox shows before the mail is opened. */
  readonly previewed: ReadonlyMap<string, number>;
  readonly faults: readonly { readonly line: number; readonly rule: string }[];
}

/** The helpers of mails, with the number of their parameters. */
const HELPERS = new Map([
  ['time', 1],
  ['month', 1],
  ['web', 1],
  ['count', 3],
  ['is', 2],
  ['either', 2],
]);
const PREVIEW = new Set(['title', 'preheader']);
const NAMES = '{{#if}} and {{#unless}}';

/** @throws Error if the source cannot be parsed; its message contains the line */
export function readUsage(source: string, flavour: Flavour): TemplateUsage {
  const visitor = new UsageVisitor(flavour);
  visitor.accept(Handlebars.parse(source));
  // Inline partials are defined in the file that uses them.
  for (const name of visitor.inlines) visitor.partials.delete(name);
  return visitor;
}

/** Collects what a template uses, and refuses what cannot be checked: other helpers, paths and dynamic names. */
class UsageVisitor extends Handlebars.Visitor implements TemplateUsage {
  readonly placeholders = new Map<string, number>();
  readonly partials = new Map<string, number>();
  readonly parameters = new Set<string>();
  readonly comparisons = new Map<string, Set<string>>();
  readonly previewed = new Map<string, number>();
  readonly inlines = new Set<string>();
  readonly faults: { line: number; rule: string }[] = [];

  constructor(private readonly flavour: Flavour) {
    super();
  }

  override MustacheStatement(node: hbs.AST.MustacheStatement): void {
    if (!node.escaped && this.flavour === 'html')
      this.refuse(node, 'prints a value as HTML; write two braces instead of three.');
    if (node.params.length > 0 || node.hash !== undefined) this.call(node);
    else this.accept(node.path);
  }

  override SubExpression(node: hbs.AST.SubExpression): void {
    this.call(node);
  }

  override BlockStatement(node: hbs.AST.BlockStatement): void {
    const name = originalOf(node.path);
    if ((name !== 'if' && name !== 'unless') || node.params.length !== 1)
      this.refuse(node, `uses {{#${name}}}; mails know ${NAMES} with one condition.`);
    for (const param of node.params) this.accept(param);
    if (node.program !== undefined) this.accept(node.program);
    if (node.inverse !== undefined) this.accept(node.inverse);
  }

  override PartialStatement(node: hbs.AST.PartialStatement): void {
    this.include(node);
  }

  override PartialBlockStatement(node: hbs.AST.PartialBlockStatement): void {
    this.include(node);
    this.accept(node.program);
  }

  override DecoratorBlock(node: hbs.AST.DecoratorBlock): void {
    const [name] = node.params;
    if (originalOf(node.path) !== 'inline' || name?.type !== 'StringLiteral')
      return this.refuse(node, 'uses a decorator; mails know {{#*inline "name"}}.');
    this.inlines.add((name as hbs.AST.StringLiteral).value);
    this.accept(node.program);
  }

  override Decorator(node: hbs.AST.Decorator): void {
    this.refuse(node, 'uses a decorator; mails know {{#*inline "name"}}.');
  }

  override PathExpression(node: hbs.AST.PathExpression): void {
    if (node.data || node.depth > 0 || node.parts.length !== 1 || node.original !== node.parts[0])
      return this.refuse(node, `uses {{${node.original}}}; a placeholder is one plain name.`);
    note(this.placeholders, node.original, node);
  }

  private call(node: hbs.AST.MustacheStatement | hbs.AST.SubExpression): void {
    const name = originalOf(node.path);
    const count = HELPERS.get(name);
    if (count === undefined)
      this.refuse(node, `uses the helper ${name}; mails know ${[...HELPERS.keys()].join(', ')}.`);
    else if (node.params.length !== count)
      this.refuse(node, `gives the helper ${name} ${node.params.length} values; it takes ${count}.`);
    const [value, other] = node.params;
    if (name === 'is' && value?.type === 'PathExpression' && other?.type === 'StringLiteral') {
      const field = originalOf(value);
      const values = this.comparisons.get(field) ?? new Set();
      this.comparisons.set(field, values.add((other as hbs.AST.StringLiteral).value));
    }
    for (const param of node.params) this.accept(param);
  }

  private include(node: hbs.AST.PartialStatement | hbs.AST.PartialBlockStatement): void {
    if (node.name.type !== 'PathExpression') return this.refuse(node, 'computes the name of a partial.');
    if (node.params.length > 0) this.refuse(node, 'passes a context to a partial; pass values as name=value.');
    const name = originalOf(node.name);
    if (name !== '@partial-block') note(this.partials, name, node);
    for (const { key, value } of node.hash?.pairs ?? []) {
      this.parameters.add(key);
      this.accept(value);
      if (PREVIEW.has(key) && value.type === 'PathExpression') note(this.previewed, originalOf(value), value);
    }
  }

  private refuse({ loc }: hbs.AST.Node, rule: string): void {
    this.faults.push({ line: loc.start.line, rule });
  }
}

function note(names: Map<string, number>, name: string, { loc }: hbs.AST.Node): void {
  if (!names.has(name)) names.set(name, loc.start.line);
}

const originalOf = (node: hbs.AST.Node): string => String((node as Partial<hbs.AST.PathExpression>).original ?? '');
