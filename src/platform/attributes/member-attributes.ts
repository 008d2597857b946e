import { readFile } from 'node:fs/promises';
import { ConfigurationError } from '../config/configuration-error.js';
import { DomainError, type FieldProblem } from '../http/problems/domain-error.js';
import {
  isForbiddenKey,
  isObject,
  readDeclarations,
  type AttributeDeclaration,
  type CompiledDeclaration,
} from './attribute-declarations.js';

export type AttributeValues = Readonly<Record<string, unknown>>;

/** Who sends values. */
export type AttributeWriter = 'sign-up' | 'member' | 'admin';

/** Access tokens travel in a header with every request, so they have to stay short. */
const MAX_TOKEN_BYTES = 1024;
/** All values of a member together. */
const MAX_BYTES = 8192;
/**
 * Objects and lists in each other. Below the depth at which bodies are cut off, so that a deep value
 * is refused and not shortened.
 */
const MAX_DEPTH = 5;
const MAX_PROBLEMS = 20;
/** Before the name of an attribute, where it is a field of a member. */
const FIELD_PREFIX = 'attributes.';
const NAME = /^[A-Za-z]\w{0,31}$/;
const PATH = /^[\w.-]{0,64}$/;
/** What the type jsonb of PostgreSQL cannot hold. */
const isUnstorable = (text: string): boolean => text.includes('\0') || /\p{Surrogate}/u.test(text);
const TOO_LARGE: FieldProblem = {
  field: 'attributes',
  code: 'attributes_too_large',
  params: { max: MAX_BYTES, tokenMax: MAX_TOKEN_BYTES },
};

/** The attributes that the operator declared, and the rules for their values. */
export class MemberAttributes {
  /** Of a server that declares none. */
  static readonly NONE = new MemberAttributes(new Map());

  private constructor(private readonly declarations: ReadonlyMap<string, CompiledDeclaration>) {}

  /**
   * @param file MEMBER_ATTRIBUTES; undefined declares none, and loads nothing
   * @throws ConfigurationError
   */
  static async ofFile(file: string | undefined): Promise<MemberAttributes> {
    if (file === undefined) return MemberAttributes.NONE;
    try {
      return await MemberAttributes.load(await readFile(file, 'utf8'));
    } catch (error) {
      const rule = 'code' in (error as object) ? 'needs a file that can be read' : (error as Error).message;
      throw new ConfigurationError({ MEMBER_ATTRIBUTES: rule });
    }
  }

  /**
   * @param text the content of the file that declares them
   * @throws Error whose message is the broken rule
   */
  static async load(text: string): Promise<MemberAttributes> {
    return new MemberAttributes(await readDeclarations(text));
  }

  /** Whether any attribute is declared. Without one, answers have no `attributes`. */
  get isDeclared(): boolean {
    return this.declarations.size > 0;
  }

  /** The declarations by name, for forms and documents. */
  get all(): ReadonlyMap<string, AttributeDeclaration> {
    return this.declarations;
  }

  /**
   * Merges values from a request with the stored ones; null removes a value. Stored values that no
   * longer fit their declaration stay.
   * @returns what to store
   * @throws DomainError `validation_failed`
   */
  merge(values: unknown, writer: AttributeWriter, stored: AttributeValues | null = null): AttributeValues {
    refuse(this.check(values, writer, stored ?? {}));
    return mergeValues(stored ?? {}, values as AttributeValues);
  }

  /**
   * As {@link merge}, for a sign-up.
   * @returns null for a sign-up without values
   */
  readSignUp(values: unknown): AttributeValues | null {
    const merged = this.merge(values ?? {}, 'sign-up');
    return Object.keys(merged).length === 0 ? null : merged;
  }

  /**
   * As {@link readSignUp}, for an invited person.
   * @param given values that the inviter set, which stay as they are
   */
  readInvited(values: unknown, given: AttributeValues | null): AttributeValues | null {
    const merged = { ...this.merge(values ?? {}, 'sign-up', given), ...given };
    refuse(this.checkSize(merged)); // it grew where a given value is longer than the one that was sent in its place
    return Object.keys(merged).length === 0 ? null : merged;
  }

  /**
   * Checks values from a request. An attribute that its sender may not write is answered like an
   * unknown one, so that hidden attributes stay hidden (AT-01).
   * @param stored values that stay where the request does not name them
   * @returns an empty list if the values are accepted
   */
  check(values: unknown, writer: AttributeWriter, stored: AttributeValues = {}): FieldProblem[] {
    if (!isObject(values)) return [{ field: 'attributes', code: 'not_an_object' }];
    // As before attributes existed: the whole field is unknown.
    if (!this.isDeclared && Object.keys(values).length > 0) return [{ field: 'attributes', code: 'unknown_field' }];
    const problems = Object.entries(values).flatMap(([name, value]) => this.checkValue(name, value, writer));
    for (const [name, { atSignUp }] of this.declarations)
      if (writer === 'sign-up' && atSignUp === 'required' && !Object.hasOwn({ ...stored, ...values }, name))
        problems.push({ field: `attributes.${name}`, code: 'required' });
    if (problems.length > 0) return problems;
    return this.checkSize(mergeValues(stored, values), stored);
  }

  /** The values that members may see of their own. */
  selectForMember(stored: AttributeValues | null): AttributeValues {
    return this.select(stored, isVisible);
  }

  /** The fields that members may see of their own, from fields of which some name attributes. */
  selectFieldsForMember(fields: readonly string[]): string[] {
    return fields.filter((field) => {
      if (!field.startsWith(FIELD_PREFIX)) return true;
      const declaration = this.declarations.get(field.slice(FIELD_PREFIX.length));
      return declaration !== undefined && isVisible(declaration);
    });
  }

  /** The values that administrators, events and exports may see. */
  selectForAdmin(stored: AttributeValues | null): AttributeValues {
    return this.select(stored, () => true);
  }

  /**
   * The claim `attributes` of an access token; undefined where there is none. Values that are too
   * large, because declarations have changed, are left out: the token has to stay usable (AT-03).
   */
  findForToken(stored: AttributeValues | null): AttributeValues | undefined {
    if (stored === null || !this.isDeclared) return undefined;
    const values = this.select(stored, isInToken);
    return Object.keys(values).length === 0 || sizeOf(values) > MAX_TOKEN_BYTES ? undefined : values;
  }

  /** Leaves out stored values that no longer fit, because the declarations may have changed. */
  private select(
    stored: AttributeValues | null,
    isSelected: (declaration: AttributeDeclaration) => boolean,
  ): AttributeValues {
    return Object.fromEntries(
      Object.entries(stored ?? {}).filter(([name, value]) => {
        const declaration = this.declarations.get(name);
        return declaration !== undefined && isSelected(declaration) && declaration.validate(value);
      }),
    );
  }

  /** Refuses what is too large, unless it was larger before: the declarations may have changed since. */
  private checkSize(merged: AttributeValues, stored: AttributeValues = {}): FieldProblem[] {
    const exceeds = (limit: number, size: number, before: number): boolean => size > Math.max(limit, before);
    const inToken = (values: AttributeValues): number => sizeOf(this.select(values, isInToken));
    const isTooLarge =
      exceeds(MAX_BYTES, sizeOf(merged), sizeOf(stored)) || exceeds(MAX_TOKEN_BYTES, inToken(merged), inToken(stored));
    return isTooLarge ? [TOO_LARGE] : [];
  }

  private checkValue(name: string, value: unknown, writer: AttributeWriter): FieldProblem[] {
    const declaration = this.declarations.get(name);
    if (declaration === undefined || !mayWrite(declaration, writer))
      return [{ field: NAME.test(name) ? `attributes.${name}` : 'attributes.?', code: 'unknown_field' }];
    const field = `attributes.${name}`;
    // Null removes the value, which a required one does not allow to its member.
    if (value === null)
      return declaration.atSignUp === 'required' && writer !== 'admin' ? [{ field, code: 'required' }] : [];
    if (!isPlain(value, MAX_DEPTH)) return [{ field, code: 'attribute_invalid' }];
    if (declaration.validate(value)) return [];
    const path = declaration.validate.errors?.[0]?.instancePath.replaceAll('/', '.') ?? '';
    // Keys inside of a value come from the client, so the answer repeats only short, plain ones.
    return [{ field: PATH.test(path) ? field + path : field, code: 'attribute_invalid' }];
  }
}

/** @throws DomainError `validation_failed` */
function refuse(problems: readonly FieldProblem[]): void {
  if (problems.length > 0) throw new DomainError('validation_failed', { fields: problems.slice(0, MAX_PROBLEMS) });
}

/** Whether values of another system can be stored, whatever is declared. */
export function isStorable(values: AttributeValues): boolean {
  return isPlain(values, MAX_DEPTH + 1) && sizeOf(values) <= MAX_BYTES;
}

function isVisible({ member }: AttributeDeclaration): boolean {
  return member !== 'hidden';
}

function isInToken({ inToken }: AttributeDeclaration): boolean {
  return inToken;
}

function mergeValues(stored: AttributeValues, values: AttributeValues): AttributeValues {
  return Object.fromEntries(Object.entries({ ...stored, ...values }).filter(([, value]) => value !== null));
}

function mayWrite({ member, atSignUp }: AttributeDeclaration, writer: AttributeWriter): boolean {
  if (writer === 'admin') return true;
  return writer === 'sign-up' ? atSignUp !== undefined : member === 'write';
}

function isPlain(value: unknown, depth: number): boolean {
  if (typeof value === 'string') return !isUnstorable(value);
  if (typeof value !== 'object' || value === null) return true;
  if (depth === 0 || Object.keys(value).some((key) => isForbiddenKey(key) || isUnstorable(key))) return false;
  return Object.values(value).every((part) => isPlain(part, depth - 1));
}

function sizeOf(values: AttributeValues): number {
  return Buffer.byteLength(JSON.stringify(values));
}
