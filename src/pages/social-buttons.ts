import type { Locale } from '../platform/i18n/locale.js';

/** The button of one provider, with its label on each page. */
export interface SocialButton {
  readonly id: string;
  readonly name: string;
  /** The CSS class with the colours and the sign of the provider. */
  readonly look: string;
  readonly logIn: string;
  readonly signUp: string;
  readonly link: string;
  /** Whether a new login there confirms a session. Naver does not state when a person logged in. */
  readonly confirms: boolean;
}

type Labels = Pick<SocialButton, 'logIn' | 'signUp'>;

/** The labels that each provider's branding rules allow (SO-74). */
const BRANDED: Readonly<Record<string, Record<Locale, Labels>>> = {
  google: {
    en: { logIn: 'Sign in with Google', signUp: 'Sign up with Google' },
    ko: { logIn: 'Google 계정으로 로그인', signUp: 'Google 계정으로 가입' },
  },
  kakao: {
    en: { logIn: 'Login with Kakao', signUp: 'Login with Kakao' },
    ko: { logIn: '카카오 로그인', signUp: '카카오 로그인' },
  },
  naver: {
    en: { logIn: 'Log in with NAVER', signUp: 'Log in with NAVER' },
    ko: { logIn: '네이버 로그인', signUp: '네이버 로그인' },
  },
  apple: {
    en: { logIn: 'Sign in with Apple', signUp: 'Sign up with Apple' },
    ko: { logIn: 'Apple로 로그인', signUp: 'Apple로 등록' },
  },
};

const GENERIC: Record<Locale, (name: string) => Labels> = {
  en: (name) => ({ logIn: `Log in with ${name}`, signUp: `Sign up with ${name}` }),
  ko: (name) => ({ logIn: `${name} 계정으로 로그인`, signUp: `${name} 계정으로 가입` }),
};
const LINK: Record<Locale, (name: string) => string> = {
  en: (name) => `Link ${name}`,
  ko: (name) => `${name} 계정 연결`,
};
const KOREAN_NAMES: Readonly<Record<string, string>> = { Kakao: '카카오', Naver: '네이버' };

/** Returns the buttons in the order of the configured providers. */
export function socialButtonsOf(
  providers: readonly { readonly id: string; readonly name: string }[],
  locale: Locale,
): SocialButton[] {
  return providers.map(({ id, name: configuredName }) => {
    const name = (locale === 'ko' && KOREAN_NAMES[configuredName]) || configuredName;
    return {
      ...{ id, name, link: LINK[locale](name), confirms: id !== 'naver' },
      look: Object.hasOwn(BRANDED, id) ? `social-${id}` : 'secondary',
      ...(BRANDED[id]?.[locale] ?? GENERIC[locale](name)),
    };
  });
}
