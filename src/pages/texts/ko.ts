import type { PageTexts } from './en.js';

/** What the pages say in Korean. */
export const ko: PageTexts = {
  common: {
    languageNav: '언어',
    needsScript:
      '링크에 담긴 비밀 값을 브라우저 밖으로 내보내지 않기 위해 이 페이지는 자바스크립트를 사용합니다. 자바스크립트를 켜거나 다른 브라우저에서 링크를 열어 주세요. 메일에 있는 인증 코드를 앱에 입력하셔도 됩니다.',
    loading: '잠시만 기다려 주세요 …',
    problemHeading: '아직 완료되지 않았습니다',
    show: '표시',
    hide: '숨기기',
    showPassword: '비밀번호 표시',
    hidePassword: '비밀번호 숨기기',
    logIn: '로그인하기',
    tryAgain: '다시 시도',
    working: '처리하고 있습니다 …',
    networkError: '서버에 연결할 수 없습니다. 인터넷 연결을 확인하고 다시 시도해 주세요.',
    unexpectedError: '저희 쪽에 문제가 생겼습니다. 잠시 후 다시 시도해 주세요.',
    retryIn: '{time} 후에 다시 시도하실 수 있습니다.',
  },
  'confirm-sign-up': {
    title: '회원가입 완료하기',
    intro: '아래 가입 신청을 완료합니다.',
    loginId: '아이디',
    requestedAt: '신청 시각',
    expiresAt: '링크 유효 기한',
    password: '비밀번호',
    passwordHint: '가입하실 때 정한 비밀번호입니다. 본인의 신청인지 확인하는 데 쓰입니다.',
    passwordMissing: '가입하실 때 정한 비밀번호를 입력해 주세요.',
    passwordWrong: '가입하실 때 정한 비밀번호와 다릅니다. 다시 입력해 주세요.',
    newLoginId: '다른 아이디',
    newLoginIdHint: '영문 소문자로 시작하고 영문 소문자, 숫자, 점, 밑줄, 붙임표로 4~32자까지 쓸 수 있습니다.',
    newLoginIdMissing: '다른 아이디를 입력해 주세요.',
    newLoginIdTaken: '그사이 다른 분이 이 아이디를 먼저 사용했습니다. 다른 아이디를 정해 주세요.',
    confirm: '가입 완료하기',
    notMe: '제가 가입하지 않았습니다',
    discardTitle: '이 가입 신청을 삭제할까요?',
    discardText:
      '계정은 만들어지지 않으며 인증 코드와 링크도 더 이상 쓸 수 없게 됩니다. 신청한 사람에게는 알리지 않습니다.',
    discard: '네, 삭제합니다',
    keep: '아니요, 돌아갑니다',
    confirmedTitle: '회원가입이 완료되었습니다',
    confirmedText: '환영합니다! 이제 앱으로 돌아가 로그인해 주세요. 이 페이지는 닫으셔도 됩니다.',
    alreadyTitle: '이미 완료된 가입입니다',
    alreadyText: '이 가입은 이전에 완료되어 더 하실 일이 없습니다. 앱으로 돌아가 로그인해 주세요.',
    discardedTitle: '가입 신청을 삭제했습니다',
    discardedText: '알려 주셔서 감사합니다. 이 메일 주소로 계정은 만들어지지 않았으며, 더 하실 일은 없습니다.',
    missingTitle: '링크가 온전하지 않습니다',
    missingText:
      '메일에 있는 링크를 다시 한번 열거나, 주소 전체를 복사해 브라우저에 붙여 넣어 주세요. 가입을 진행하시던 화면에 메일의 인증 코드를 입력하셔도 됩니다.',
    brokenTitle: '더 이상 쓸 수 없는 링크입니다',
    brokenText:
      '이미 가입을 완료하셨다면 바로 로그인해 주세요. 그렇지 않다면 앱에서 메일을 다시 요청하거나 처음부터 다시 가입해 주세요.',
    offlineTitle: '가입 신청을 확인하지 못했습니다',
  },
  'reset-password': {
    title: '새 비밀번호 설정',
    intro:
      '계정에 사용할 새 비밀번호를 정해 주세요. 설정이 끝나면 모든 기기에서 로그아웃되며, 새 비밀번호로 다시 로그인하시면 됩니다.',
    newPassword: '새 비밀번호',
    newPasswordHint: '복잡한 것보다 긴 것이 안전합니다. 띄어쓰기를 포함해 단어 여러 개나 문장을 쓰셔도 좋습니다.',
    newPasswordMissing: '새 비밀번호를 입력해 주세요.',
    set: '새 비밀번호 설정하기',
    doneTitle: '새 비밀번호가 설정되었습니다',
    doneText: '모든 기기에서 로그아웃되었습니다. 이제 앱으로 돌아가 새 비밀번호로 로그인해 주세요.',
    doneLoginId: '회원님의 아이디:',
    missingTitle: '링크가 온전하지 않습니다',
    missingText:
      '메일에 있는 링크를 다시 한번 열거나, 주소 전체를 복사해 브라우저에 붙여 넣어 주세요. 재설정을 요청하신 화면에 메일의 인증 코드를 입력하셔도 됩니다.',
    brokenTitle: '더 이상 쓸 수 없는 링크입니다',
    brokenText:
      '이 페이지에서 비밀번호가 바뀌지는 않았습니다. 계속하시려면 앱의 ‘비밀번호 찾기’에서 메일을 다시 요청해 주세요.',
    timeOver: '비밀번호를 정할 수 있는 시간이 지났습니다.',
  },
};
