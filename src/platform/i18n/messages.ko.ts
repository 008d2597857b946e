import type { ErrorCode } from '../http/problems/error-catalogue.js';
import type { fields as englishFields } from './messages.en.js';

type Params = Readonly<Record<string, string | number>>;

/** Korean error messages. Register and words as in the Korean texts of the pages. */
export const problems: Record<ErrorCode, { title: string; detail: string }> = {
  malformed_json: {
    title: '잘못된 JSON',
    detail: '요청 본문이 올바른 JSON이 아니거나 같은 항목이 두 번 들어 있습니다.',
  },
  bad_request: { title: '잘못된 요청', detail: '요청을 이해할 수 없습니다.' },
  query_not_allowed: { title: '쿼리를 사용할 수 없음', detail: '이 기능은 본문이나 헤더로만 값을 받습니다.' },
  code_invalid: {
    title: '인증 코드 확인 실패',
    detail: '인증 코드가 틀렸거나, 이미 사용되었거나, 만료되었거나, 새 코드로 바뀌었습니다.',
  },
  passkey_invalid: {
    title: '패스키 확인 실패',
    detail: '등록되지 않았거나 일치하지 않는 패스키이거나, 시간이 초과되었습니다. 다시 시도해 주세요.',
  },
  passkey_changed: {
    title: '사용할 수 없게 된 패스키',
    detail:
      '이 패스키를 보관하는 앱이나 기기에서 저장 방식이 바뀌었습니다. 다른 방법으로 로그인한 뒤 패스키를 삭제하고 다시 등록해 주세요.',
  },
  link_invalid: {
    title: '링크 확인 실패',
    detail: '링크가 올바르지 않거나, 이미 사용되었거나, 새 링크로 바뀌었습니다.',
  },
  link_expired: { title: '링크 만료', detail: '링크의 유효 시간이 지났습니다. 다시 요청해 주세요.' },
  invitation_invalid: {
    title: '사용할 수 없는 초대',
    detail: '링크가 올바르지 않거나, 초대가 취소되었거나 새 초대로 바뀌었습니다. 초대한 분께 문의해 주세요.',
  },
  invitation_expired: {
    title: '만료된 초대',
    detail: '초대 기간이 지났습니다. 초대한 분께 새 초대를 요청해 주세요.',
  },
  sign_up_invalid: {
    title: '가입 신청 없음',
    detail: '가입 신청이 없거나 만료되었습니다. 처음부터 다시 가입해 주세요.',
  },
  social_login_failed: {
    title: '소셜 로그인 실패',
    detail: '소셜 로그인이 취소되었거나 시간이 지났거나 이미 사용되었습니다. 처음부터 다시 시도해 주세요.',
  },
  token_expired: { title: '토큰 만료', detail: '토큰이 만료되었습니다.' },
  token_invalid: {
    title: '유효하지 않은 토큰',
    detail: '토큰이 없거나, 변조되었거나, 이미 사용되었거나, 다른 용도의 토큰입니다.',
  },
  session_ended: { title: '종료된 세션', detail: '종료된 세션입니다. 다시 로그인해 주세요.' },
  token_reused: { title: '토큰 재사용', detail: '이미 사용된 리프레시 토큰입니다. 안전을 위해 세션을 종료했습니다.' },
  proof_required: {
    title: '키 소유 증명 필요',
    detail: '키에 연결된 토큰입니다. 그 키로 만든 증명을 DPoP 헤더에 담아 보내 주세요.',
  },
  proof_invalid: {
    title: '유효하지 않은 키 소유 증명',
    detail: 'DPoP 헤더의 증명이 올바르지 않거나, 이미 사용되었거나, 다른 키 또는 다른 요청을 위해 만들어졌습니다.',
  },
  proof_stale: {
    title: '시간이 맞지 않는 키 소유 증명',
    detail: '증명에 적힌 시각이 서버 시각과 너무 다릅니다. DPoP-Nonce 값을 넣어 증명을 다시 만들어 주세요.',
  },
  api_key_invalid: { title: 'API 키 인증 실패', detail: 'API 키가 올바르지 않거나, 폐기되었거나, 만료되었습니다.' },
  invalid_credentials: { title: '로그인 실패', detail: '아이디, 이메일 또는 비밀번호가 올바르지 않습니다.' },
  forbidden: { title: '권한 없음', detail: '이 작업을 할 권한이 없습니다.' },
  reauth_required: {
    title: '본인 확인 필요',
    detail:
      '최근 몇 분 안에 로그인했거나 본인 확인을 한 경우에만 사용할 수 있습니다. 본인 확인을 한 뒤 다시 시도해 주세요.',
  },
  two_factor_required: {
    title: '2단계 인증 필요',
    detail: '관리자는 2단계 인증을 사용해야 합니다. 내 계정에서 설정한 뒤 다시 시도해 주세요.',
  },
  factor_proof_required: {
    title: '2단계 인증 필요',
    detail:
      '2단계 인증을 바꾸려면 먼저 본인 확인이 필요합니다. 패스키가 있으면 패스키로, 없으면 인증 앱의 인증 코드로 확인해 주세요. 복구 코드도 사용할 수 있습니다.',
  },
  person_required: {
    title: 'API 키로 사용할 수 없는 기능',
    detail: '이 작업은 사람이 직접 로그인해야만 할 수 있습니다.',
  },
  insufficient_scope: { title: '권한 범위 부족', detail: '이 작업에 필요한 권한 범위가 API 키에 없습니다.' },
  address_not_allowed: {
    title: '허용되지 않은 IP 주소',
    detail: '이 IP 주소에서는 이 API 키를 사용할 수 없습니다.',
  },
  origin_not_allowed: { title: '허용되지 않은 출처', detail: '등록된 웹 페이지에서만 쿠키를 사용할 수 있습니다.' },
  refused_by_product: { title: '로그인할 수 없음', detail: '지금은 이 서비스에 로그인할 수 없습니다.' },
  sign_up_closed: {
    title: '가입할 수 없음',
    detail: '이 이메일로는 가입할 수 없습니다. 서비스 운영자에게 초대를 요청해 주세요.',
  },
  not_found: { title: '찾을 수 없음', detail: '요청하신 항목이 존재하지 않습니다.' },
  method_not_allowed: { title: '허용되지 않은 메서드', detail: '이 경로에서는 해당 메서드를 사용할 수 없습니다.' },
  request_timeout: { title: '요청 시간 초과', detail: '요청이 제시간에 도착하지 않았습니다.' },
  already_confirmed: { title: '이미 완료된 가입', detail: '이미 완료된 가입입니다. 로그인해 주세요.' },
  login_id_taken: {
    title: '사용 중인 아이디',
    detail: '이미 사용 중인 아이디입니다. 다른 아이디로 다시 시도해 주세요.',
  },
  invitation_pending: {
    title: '이미 초대한 이메일',
    detail: '이 이메일로 보낸 초대가 아직 유효합니다. 초대를 다시 보내거나 취소해 주세요.',
  },
  email_taken: {
    title: '이미 가입된 이메일',
    detail: '이 이메일로 이미 가입된 계정이 있습니다. 로그인하거나 비밀번호를 재설정해 주세요.',
  },
  identity_taken: {
    title: '이미 연결된 소셜 계정',
    detail: '이 소셜 계정은 이미 다른 계정 또는 내 계정에 연결되어 있습니다.',
  },
  totp_already_enabled: {
    title: '이미 사용 중',
    detail: '이미 인증 앱이 등록되어 있습니다. 새로 등록하려면 먼저 해제해 주세요.',
  },
  totp_not_enabled: { title: '사용하지 않음', detail: '등록된 인증 앱이 없습니다.' },
  passkey_limit_reached: {
    title: '패스키 개수 초과',
    detail: '새 패스키를 추가하려면 먼저 다른 패스키를 삭제해 주세요.',
  },
  last_way_in: {
    title: '마지막 로그인 수단',
    detail: '이 계정에 로그인할 수 있는 유일한 수단입니다. 먼저 비밀번호를 설정하거나 다른 소셜 계정을 연결해 주세요.',
  },
  last_admin: {
    title: '마지막 관리자',
    detail: '사용 중인 관리자 계정이 이것뿐입니다. 먼저 다른 회원을 관리자로 지정해 주세요.',
  },
  member_not_active: { title: '사용할 수 없는 계정', detail: '정지되었거나 탈퇴한 계정입니다.' },
  webhook_disabled: { title: '꺼져 있는 웹훅', detail: '웹훅이 꺼져 있습니다. 먼저 웹훅을 켜 주세요.' },
  webhook_limit_reached: {
    title: '웹훅 개수 초과',
    detail: '웹훅은 20개까지 만들 수 있습니다. 먼저 하나를 삭제해 주세요.',
  },
  cursor_expired: {
    title: '만료된 커서',
    detail:
      '이 커서 다음의 이벤트가 이미 삭제되었을 수 있습니다. "latest"의 커서를 먼저 받고 회원 전체를 다시 읽은 다음, 그 커서부터 이어서 읽어 주세요.',
  },
  mail_not_retryable: {
    title: '다시 보낼 수 없는 메일',
    detail: '발송에 실패한 메일만, 메일의 인증 코드나 링크가 아직 유효할 때 다시 보낼 수 있습니다.',
  },
  payload_too_large: { title: '너무 큰 본문', detail: '요청 본문이 허용된 크기를 넘었습니다.' },
  unsupported_media_type: { title: '지원하지 않는 형식', detail: '압축하지 않은 application/json으로 보내 주세요.' },
  consent_required: { title: '동의 필요', detail: '필수 약관에 모두 동의해 주세요.' },
  validation_failed: { title: '입력값 오류', detail: '올바르지 않은 입력이 있습니다. errors를 확인해 주세요.' },
  password_too_common: {
    title: '너무 흔한 비밀번호',
    detail: '공격자가 가장 먼저 시도하는 비밀번호입니다. errors를 확인해 주세요.',
  },
  too_many_requests: { title: '너무 많은 요청', detail: '잠시 후 다시 시도해 주세요.' },
  too_many_attempts: { title: '너무 많은 시도', detail: '실패한 시도가 너무 많습니다. 잠시 후 다시 시도해 주세요.' },
  headers_too_large: { title: '너무 큰 헤더', detail: '요청 헤더가 허용된 크기를 넘었습니다.' },
  internal_error: {
    title: '오류가 발생했습니다',
    detail: '서버 오류입니다. 잠시 후 다시 시도해 주세요. 문의하실 때는 요청 번호를 함께 알려 주세요.',
  },
  service_unavailable: { title: '일시적으로 사용할 수 없음', detail: '잠시 후 다시 시도해 주세요.' },
  provider_unavailable: {
    title: '소셜 로그인 일시 중단',
    detail: '지금은 이 소셜 로그인을 사용할 수 없습니다. 잠시 후 다시 시도하거나 다른 방법으로 로그인해 주세요.',
  },
  overloaded: {
    title: '접속자가 많습니다',
    detail: '동시에 로그인하는 사람이 너무 많습니다. 잠시 후 다시 시도해 주세요.',
  },
};

export const fields: { [Code in keyof typeof englishFields]: (params: Params) => string } = {
  unknown_field: () => '알 수 없는 항목입니다.',
  required: () => '필수 항목입니다.',
  not_a_string: () => '문자열이어야 합니다.',
  not_a_boolean: () => 'true 또는 false여야 합니다.',
  not_a_number: () => '정수여야 합니다.',
  not_an_object: () => 'JSON 객체여야 합니다.',
  consents_malformed: () => 'id와 version이 있는 문서를 50개까지 담은 목록이어야 합니다.',
  consent_unknown: () => '지금 유효한 문서나 버전이 아닙니다. 페이지를 새로고침해 주세요.',
  attribute_invalid: () => '이 항목에 맞지 않는 값입니다.',
  attributes_too_large: ({ max, tokenMax }) =>
    `모든 값은 JSON으로 합쳐 ${max}바이트, 액세스 토큰에 들어가는 값은 ${tokenMax}바이트 이하여야 합니다.`,
  too_short: ({ min }) => `${min}자 이상 입력해 주세요.`,
  too_long: ({ max }) => `${max}자 이하로 입력해 주세요.`,
  invalid_characters: () => '사용할 수 없는 문자가 들어 있습니다.',
  invalid_value: ({ allowed }) => `다음 중 하나여야 합니다: ${allowed}`,
  email_invalid: () => '올바른 이메일이 아닙니다. ada@example.com과 같은 형식으로 하나만 입력해 주세요.',
  login_id_invalid: () => '아이디는 영문 소문자로 시작하는 4~32자의 영문 소문자, 숫자, 점, 밑줄, 하이픈이어야 합니다.',
  login_id_chosen: () => '직접 정하신 아이디는 바꿀 수 없습니다.',
  login_id_reserved: () => '서비스에서 사용하는 이름이라 아이디로 사용할 수 없습니다. 다른 아이디를 입력해 주세요.',
  code_malformed: () => '인증 코드는 6자리 숫자입니다.',
  credential_malformed: ({ member, expected }) =>
    `브라우저가 반환한 JSON이어야 합니다. ${member}의 값은 다음이어야 합니다: ${expected}`,
  password_too_short: ({ min }) => `${min}자 이상 입력해 주세요.`,
  password_too_long: ({ max }) => `${max}자 이하로 입력해 주세요.`,
  password_too_common: () => '공격자가 가장 먼저 시도하는 흔한 비밀번호입니다. 다른 비밀번호를 사용해 주세요.',
  password_personal: () => '아이디, 이름, 이메일 또는 서비스 이름이 들어 있습니다. 다른 비밀번호를 사용해 주세요.',
  password_too_weak: () =>
    '추측하기 너무 쉽습니다. 영문 자판으로 친 한글도 쉽게 추측됩니다. 단어를 더하거나 예상하기 어려운 문자를 섞어 주세요.',
  one_of_needed: ({ names }) => `다음 중 하나가 필요합니다: ${names}`,
};
