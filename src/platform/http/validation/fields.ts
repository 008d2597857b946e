import { LOGIN_ID_PATTERN, normaliseLoginId } from './login-id.js';
import { LOCALES } from '../../i18n/locale.js';
import { Field } from './field.js';
import * as rules from './rules.js';

/*
 * The fields that several requests share: one rule, one normal form, one description each.
 */

/** Good enough to be accepted, so that a first try from the documentation works. */
const PASSWORD_EXAMPLE = 'Tall-giraffes-nap-at-noon-42';

/** However a system composes Hangul or accents, it is one password, and as long (NIST SP 800-63B-4 section 3.1.1.2). */
const composed = (password: string): string => password.normalize('NFC');

interface Options {
  readonly isOptional?: boolean;
  readonly description?: string;
}

export const LoginIdField = ({ isOptional = false, description }: Options = {}): PropertyDecorator =>
  Field({
    rule: rules.loginId,
    normalise: normaliseLoginId,
    isOptional,
    api: {
      type: String,
      example: 'ada.lovelace',
      minLength: 4,
      maxLength: 32,
      pattern: LOGIN_ID_PATTERN.source,
      description: description ?? 'The name the member logs in with; case makes no difference',
    },
  });

export const EmailField = ({ example = 'ada@example.com' }: { example?: string } = {}): PropertyDecorator =>
  Field({
    rule: rules.email,
    normalise: (value) => value.trim(),
    api: { type: String, format: 'email', example, maxLength: 254, description: 'One plain address' },
  });

export const NewPasswordField = ({ example = PASSWORD_EXAMPLE }: { example?: string } = {}): PropertyDecorator =>
  Field({
    rule: rules.passwordText,
    normalise: composed,
    api: {
      type: String,
      format: 'password',
      example,
      minLength: 8,
      maxLength: 128,
      description:
        'At least 8 characters (as configured), not common, not easily guessed; any characters, also blanks and emoji',
    },
  });

export const PasswordField = ({ isOptional = false, description }: Options = {}): PropertyDecorator =>
  Field({
    rule: rules.passwordText,
    normalise: composed,
    isOptional,
    api: {
      type: String,
      format: 'password',
      example: PASSWORD_EXAMPLE,
      maxLength: 128,
      ...(description !== undefined && { description }),
    },
  });

export const CodeField = (): PropertyDecorator =>
  Field({
    rule: rules.code,
    normalise: (value) => value.replace(/[ -]/g, ''),
    api: {
      type: String,
      example: '048213',
      pattern: '^[0-9]{6}$',
      description: 'The six digits from the mail; blanks and hyphens are ignored',
    },
  });

export const TokenField = ({ isOptional = false, description }: Options): PropertyDecorator =>
  Field({
    rule: rules.opaqueToken,
    isOptional,
    api: {
      type: String,
      maxLength: 2048,
      example: 'p0w3nQ3p5yv7XQv2fJ4yO0dG1bR8mZkTt6uHcS9aLxE',
      ...(description !== undefined && { description }),
    },
  });

export const NameField = (): PropertyDecorator =>
  Field({
    rule: rules.nullable(rules.visibleText({ min: 1, max: 64 })),
    normalise: (value) => value.trim().normalize('NFC'),
    isOptional: true,
    api: {
      type: String,
      nullable: true,
      example: 'Ada Lovelace',
      maxLength: 64,
      description: 'How the member is addressed',
    },
  });

export const LocaleField = ({ description }: Pick<Options, 'description'> = {}): PropertyDecorator =>
  Field({
    rule: rules.oneOf(...LOCALES),
    isOptional: true,
    api: {
      enum: LOCALES,
      enumName: 'Locale',
      example: 'ko',
      description: description ?? 'Language of mails; taken from Accept-Language when absent',
    },
  });

export const DeviceNameField = (): PropertyDecorator =>
  Field({
    rule: rules.visibleText({ min: 1, max: 64 }),
    normalise: (value) => value.trim(),
    isOptional: true,
    api: { type: String, example: "Ada's phone", maxLength: 64, description: 'Shown in the list of sessions' },
  });

export const PasskeyNameField = ({ isOptional = true }: Pick<Options, 'isOptional'> = {}): PropertyDecorator =>
  Field({
    rule: rules.nullable(rules.visibleText({ min: 1, max: 64 })),
    normalise: (value) => value.trim().normalize('NFC'),
    isOptional,
    api: {
      type: String,
      nullable: true,
      example: 'Blue security key',
      maxLength: 64,
      description: 'What its owner calls it',
    },
  });

export const TransportField = (): PropertyDecorator =>
  Field({
    rule: rules.oneOf('body', 'cookie'),
    isOptional: true,
    api: {
      enum: ['body', 'cookie'],
      enumName: 'TokenTransport',
      default: 'body',
      description: 'cookie: refresh and device token travel in HttpOnly cookies; needs an Origin on the allow-list',
    },
  });

export const SecondFactorField = (): PropertyDecorator =>
  Field({
    rule: rules.visibleText({ min: 6, max: 32 }),
    normalise: (value) => value.trim(),
    api: { type: String, example: '048213', maxLength: 32, description: 'Six digits from the app, or a recovery code' },
  });

export const LimitField = (): PropertyDecorator =>
  Field({
    rule: rules.wholeNumberText(1, 100),
    isOptional: true,
    api: { type: 'integer', minimum: 1, maximum: 100, default: 50, description: 'Entries on a page' },
  });

export const CursorField = (): PropertyDecorator =>
  Field({
    rule: rules.opaqueToken,
    isOptional: true,
    api: { type: String, description: '`nextCursor` of the page before' },
  });
