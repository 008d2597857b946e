const en = {
  title: 'Your orders',
  hello: (name: string) => `Hello, ${name}`,
  signedOut: 'Log in to see your orders.',
  logIn: 'Log in',
  signUp: 'Sign up',
  resetPassword: 'Forgot your password?',
  account: 'Your account',
  logOut: 'Log out',
  offline: 'The server can’t be reached. Please try again.',
  tryAgain: 'Try again',
};

const ko: typeof en = {
  title: '주문 내역',
  hello: (name) => `${name} 님, 안녕하세요`,
  signedOut: '로그인하시면 주문 내역을 보실 수 있습니다.',
  logIn: '로그인',
  signUp: '회원가입',
  resetPassword: '비밀번호를 잊으셨나요?',
  account: '내 계정',
  logOut: '로그아웃',
  offline: '서버에 연결할 수 없습니다. 다시 시도해 주세요.',
  tryAgain: '다시 시도',
};

export const language = navigator.language.startsWith('ko') ? 'ko' : 'en';
export const texts = language === 'ko' ? ko : en;
