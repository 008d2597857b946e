import { describe, expect, it } from '@jest/globals';
import { AppConfig } from '../../platform/config/app-config.js';
import { DomainError } from '../../platform/http/problems/domain-error.js';
import { PasswordPolicy, type PasswordOwner } from './password-policy.js';
import type { StrengthEstimator } from './strength-estimator.js';
import { loadStrengthJudge } from './strength.js';

const SECRET = 'any-thirty-two-bytes-will-do-here-0';
const OWNER: PasswordOwner = { loginId: 'ada.lovelace', email: 'zephyrine@kestrel.example', name: 'Augusta King' };

/** Estimates on the test's own thread: the worker thread needs the built server. */
const JUDGE = loadStrengthJudge();
const estimator = {
  estimate: async (password: string, ownWords: readonly string[]) => (await JUDGE)(password, ownWords),
} as StrengthEstimator;

const policyWith = (env: Record<string, string> = {}) =>
  new PasswordPolicy(AppConfig.load({ SECRET, ...env }), estimator);

const POLICY = policyWith();

/** The code of the refusal and that of its field; null where the password may be used. */
async function verdict(password: string, owner = OWNER, policy = POLICY): Promise<[string, string] | null> {
  try {
    await policy.check(password, owner, 'newPassword');
    return null;
  } catch (error) {
    const { code, fields } = error as DomainError;
    expect(fields).toEqual([expect.objectContaining({ field: 'newPassword' })]);
    return [code, fields![0]!.code];
  }
}

describe('a new password', () => {
  it.each([
    'correct horse battery staple',
    'Xk7!qPz2mW',
    '키큰 기린이 강가를 지나간다',
    '🦒🐘🦓🦛🐊🦩🪿🐪',
    '  tall giraffe 77 ',
    'nodigitsnocapitals giraffes',
    `tall giraffe qx ${'7z'.repeat(56)}`, // 128
  ])('PW-01 PW-02 may be %j: there are no composition rules', async (password) => {
    expect(await verdict(password)).toBeNull();
  });

  it.each([
    ['aB3$xyz', 'password_too_short'],
    ['🦒🐘🦓🦛', 'password_too_short'], // eight UTF-16 units, four characters
    ['x7'.repeat(65), 'password_too_long'],
    ['aaaaaaaaaaaa', 'password_too_weak'],
    ['abcdefghijk', 'password_too_weak'],
    ['qazwsxedcrfv1', 'password_too_weak'],
  ])('PW-01 may not be %.20j', async (password, code) => {
    expect(await verdict(password)).toEqual(['validation_failed', code]);
  });

  it.each(['password', 'Password', 'PASSWORD123', 'iloveyou', 'qwertyuiop', '1234567890', 'trustno1', 'sunshine'])(
    'PW-04 may not be a common one: %s',
    async (password) => {
      expect(await verdict(password)).toEqual(['password_too_common', 'password_too_common']);
    },
  );

  it.each([
    ...['ada.lovelace', 'ADA.LOVELACE', 'ada.lovelace1', 'zephyrine@kestrel.example', 'zephyrine', 'Zephyrine12'],
    ...['augusta king', 'AugustaKing', 'augusta123', 'kestrel2026', 'munjigi1', 'Munjigi!!', '문지기문지기문지기'],
  ])('PW-04 may not be made of the member’s own names: %s', async (password) => {
    expect(await verdict(password)).toEqual(['password_too_common', 'password_personal']);
  });

  it.each([
    ['조예빛', 'whdPqlc9!x'],
    ['꽃빛나', 'RhcqlcskA7!'],
    ['조이빛', 'whdlqlc9!x'],
  ])(
    'PW-04 PW-08 may not be made of the Korean name %s, typed with the Latin layout on: %s',
    async (name, password) => {
      expect(await verdict(password, { ...OWNER, name })).toEqual(['password_too_common', 'password_personal']);
    },
  );

  it('PW-04 may not be made of the product name', async () => {
    const policy = policyWith({ PRODUCT_NAME: 'Wunderbank' });
    expect(await verdict('Wunderbank1', OWNER, policy)).toEqual(['password_too_common', 'password_personal']);
    expect(await verdict('Wunderbank keeps tall giraffes', OWNER, policy)).toBeNull();
  });

  it('may contain the member’s own names beside enough other text', async () => {
    expect(await verdict('augusta rides a tall giraffe')).toBeNull();
  });

  it('PW-03 is compared with the member’s names in composed form, however either was typed', async () => {
    const owner = { ...OWNER, name: '김민수박'.normalize('NFD') };
    expect(await verdict('김민수박김민수박'.normalize('NFC'), owner)).toEqual([
      'password_too_common',
      'password_personal',
    ]);
    expect(await verdict('김민수박김민수박'.normalize('NFD'), owner)).toEqual([
      'password_too_common',
      'password_personal',
    ]);
  });

  it('PW-01 PW-03 is measured in composed form, however it was typed', async () => {
    for (const form of ['NFC', 'NFD'] as const) {
      expect(await verdict('갉콹퀡뛣'.normalize(form))).toEqual(['validation_failed', 'password_too_short']);
      expect(await verdict('키큰 기린이 강가를 걷는다 '.repeat(8).normalize(form))).toBeNull();
    }
  });

  it('is accepted for a member without a name', async () => {
    for (const name of [null, undefined, '', 'A'])
      expect(await verdict('tall giraffe 77', { ...OWNER, name })).toBeNull();
  });

  it('PW-01 follows the configured length and strength', async () => {
    const strict = policyWith({ PASSWORD_MIN_LENGTH: '15', PASSWORD_MIN_SCORE: '4' });
    expect(await verdict('Xk7!qPz2mW', OWNER, strict)).toEqual(['validation_failed', 'password_too_short']);
    expect(await verdict('tall giraffe ab', OWNER, policyWith({ PASSWORD_MIN_LENGTH: '15' }))).toBeNull();
    expect(await verdict('mountain2026 ab', OWNER, strict)).toEqual(['validation_failed', 'password_too_weak']);
    expect(await verdict('abcdefghijk', OWNER, policyWith({ PASSWORD_MIN_SCORE: '0' }))).toBeNull();
  });

  it('PW-04 the list of common passwords has more than ten thousand entries', async () => {
    const { dictionary } = await import('@zxcvbn-ts/language-common');
    expect(dictionary['passwords-common'].length).toBeGreaterThan(10_000);
  });
});
