import type { AttributeDeclaration } from '../platform/attributes/attribute-declarations.js';
import type { Locale } from '../platform/i18n/locale.js';

/**
 * A field for one attribute in a form. At most one of `isBoolean`, `isNumber`, `isText` and `isChoice` is set; if none
 * is, the attribute has no field.
 */
export interface AttributeField {
  readonly name: string;
  readonly label: string;
  readonly isBoolean: boolean;
  readonly isNumber: boolean;
  readonly isText: boolean;
  readonly isChoice: boolean;
  /** A sign-up needs it, and its member cannot remove it. */
  readonly isRequired: boolean;
  /** Values as JSON, because they need not be texts. */
  readonly choices: readonly { readonly value: string; readonly label: string }[];
}

/** The attributes of the built-in pages. */
export interface AttributeFields {
  readonly signUp: readonly AttributeField[];
  /** In the form of the profile. */
  readonly writable: readonly AttributeField[];
  /**
   * In the form of an invitation. The console's page is public, so the form leaves out attributes
   * that members may not see. They are set through the API.
   */
  readonly invitation: readonly AttributeField[];
  /** In the list above the profile's form. All attributes that members may see, of any type. */
  readonly shown: readonly { readonly name: string; readonly label: string }[];
}

const YES_NO: Record<Locale, readonly [string, string]> = { en: ['Yes', 'No'], ko: ['예', '아니요'] };

/**
 * Only attributes with `enum`, or of the single type string, number, integer or boolean, have a field.
 * Others are written through the API.
 */
export function attributeFieldsOf(
  declarations: ReadonlyMap<string, AttributeDeclaration>,
  locale: Locale,
): AttributeFields {
  const all = [...declarations].map(([name, declaration]) => ({
    ...declaration,
    field: fieldOf(name, declaration, locale),
  }));
  const fieldsWhere = (isUsed: (declaration: AttributeDeclaration) => boolean): AttributeField[] =>
    all.flatMap(({ field, ...declaration }) => (isUsed(declaration) && hasInput(field) ? [field] : []));
  return {
    signUp: fieldsWhere(({ atSignUp }) => atSignUp !== undefined),
    writable: fieldsWhere(({ member }) => member === 'write'),
    invitation: fieldsWhere(({ member }) => member !== 'hidden').map((field) => orLeftOpen(field, locale)),
    shown: all.flatMap(({ member, field: { name, label } }) => (member === 'hidden' ? [] : [{ name, label }])),
  };
}

/** The required attributes for which the sign-up page has no field. While there is one, no sign-up on that page succeeds. */
export function requiredWithoutField(declarations: ReadonlyMap<string, AttributeDeclaration>): string[] {
  return [...declarations]
    .filter(([name, declaration]) => declaration.atSignUp === 'required' && !hasInput(fieldOf(name, declaration, 'en')))
    .map(([name]) => name);
}

function hasInput({ isBoolean, isNumber, isText, isChoice }: AttributeField): boolean {
  return isBoolean || isNumber || isText || isChoice;
}

/**
 * Makes the field optional: the invited person is asked for what the administrator leaves open. A box becomes
 * a choice, because a box without a tick would already mean no.
 */
function orLeftOpen(field: AttributeField, locale: Locale): AttributeField {
  const optional = { ...field, isRequired: false };
  if (!field.isBoolean) return optional;
  const [yes, no] = YES_NO[locale];
  const choices = [
    { value: 'true', label: yes },
    { value: 'false', label: no },
  ];
  return { ...optional, isBoolean: false, isChoice: true, choices };
}

function fieldOf(name: string, { schema, atSignUp }: AttributeDeclaration, locale: Locale): AttributeField {
  const { title, type, enum: values } = schema;
  const local = locale === 'en' ? title : (schema[`x-title-${locale}`] ?? title);
  const isChoice = Array.isArray(values);
  return {
    name,
    label: typeof local === 'string' && local.trim() !== '' ? local : name,
    isRequired: atSignUp === 'required',
    isChoice,
    isBoolean: !isChoice && type === 'boolean',
    isNumber: !isChoice && (type === 'number' || type === 'integer'),
    isText: !isChoice && type === 'string',
    choices: isChoice
      ? values.map((value: unknown) => ({
          value: JSON.stringify(value),
          label: typeof value === 'string' ? value : JSON.stringify(value),
        }))
      : [],
  };
}
