import {
  isObject,
  readDeclarations,
  type AttributeDeclaration,
  type CompiledDeclaration,
} from './attribute-declarations.js';

export type AttributeValues = Readonly<Record<string, unknown>>;

/** Who sends values. */
export type AttributeWriter = 'sign-up' | 'member' | 'admin';

/** A value that is refused. `field` is its path in the request, such as `attributes.plan`. */
export interface AttributeProblem {
  readonly field: string;
  readonly code: 'unknown_field' | 'required' | 'not_an_object' | 'invalid' | 'too_large';
}

/** Access tokens travel in a header with every request, so they have to stay short. */
const MAX_TOKEN_BYTES = 1024;
/** All values of a member together. */
const MAX_BYTES = 8192;
/** Deeper values would exhaust the stack of code that walks through them. */
const MAX_DEPTH = 8;
/** Code that copies values with such keys could change the prototype of its objects. */
const FORBIDDEN_KEYS: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/** The attributes that the operator declared, and the rules for their values. */
export class MemberAttributes {
  private constructor(private readonly declarations: ReadonlyMap<string, CompiledDeclaration>) {}

  /**
   * @param text the content of the file that declares them
   * @throws Error whose message is the broken rule
   */
  static async load(text: string): Promise<MemberAttributes> {
    return new MemberAttributes(await readDeclarations(text));
  }

  /**
   * Checks values from a request. An attribute that its sender may not write is answered like an
   * unknown one, so that hidden attributes stay hidden.
   * @param stored values that stay where the request does not name them
   * @returns an empty list if the values are accepted
   */
  check(values: unknown, writer: AttributeWriter, stored: AttributeValues = {}): AttributeProblem[] {
    if (!isObject(values)) return [{ field: 'attributes', code: 'not_an_object' }];
    const problems = Object.entries(values).flatMap(([name, value]) => this.checkValue(name, value, writer));
    for (const [name, { atSignUp }] of this.declarations)
      if (writer === 'sign-up' && atSignUp === 'required' && !Object.hasOwn(values, name))
        problems.push({ field: `attributes.${name}`, code: 'required' });
    if (problems.length > 0) return problems;
    const merged = { ...stored, ...values };
    const isTooLarge = sizeOf(merged) > MAX_BYTES || sizeOf(this.selectForToken(merged)) > MAX_TOKEN_BYTES;
    return isTooLarge ? [{ field: 'attributes', code: 'too_large' }] : [];
  }

  /** The values that members may see of their own. */
  selectForMember(stored: AttributeValues): AttributeValues {
    return this.select(stored, ({ member }) => member !== 'hidden');
  }

  /** The values that administrators, events and exports may see. */
  selectForAdmin(stored: AttributeValues): AttributeValues {
    return this.select(stored, () => true);
  }

  /** The claim `attributes` of an access token. */
  selectForToken(stored: AttributeValues): AttributeValues {
    return this.select(stored, ({ inToken }) => inToken);
  }

  /** Leaves out stored values that no longer fit, because the declarations may have changed. */
  private select(stored: AttributeValues, isSelected: (declaration: AttributeDeclaration) => boolean): AttributeValues {
    return Object.fromEntries(
      Object.entries(stored).filter(([name, value]) => {
        const declaration = this.declarations.get(name);
        return declaration !== undefined && isSelected(declaration) && declaration.validate(value);
      }),
    );
  }

  private checkValue(name: string, value: unknown, writer: AttributeWriter): AttributeProblem[] {
    const declaration = this.declarations.get(name);
    const field = `attributes.${name}`;
    if (declaration === undefined || !mayWrite(declaration, writer)) return [{ field, code: 'unknown_field' }];
    if (!isPlain(value, MAX_DEPTH)) return [{ field, code: 'invalid' }];
    if (declaration.validate(value)) return [];
    const path = declaration.validate.errors?.[0]?.instancePath.replaceAll('/', '.') ?? '';
    return [{ field: field + path, code: 'invalid' }];
  }
}

function mayWrite({ member, atSignUp }: AttributeDeclaration, writer: AttributeWriter): boolean {
  if (writer === 'admin') return true;
  return writer === 'sign-up' ? atSignUp !== undefined : member === 'write';
}

function isPlain(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return true;
  if (depth === 0 || Object.keys(value).some((key) => FORBIDDEN_KEYS.has(key))) return false;
  return Object.values(value).every((part) => isPlain(part, depth - 1));
}

function sizeOf(values: AttributeValues): number {
  return Buffer.byteLength(JSON.stringify(values));
}
