import { describe, expect, it } from '@jest/globals';
import { AppConfig } from '../../platform/config/app-config.js';
import { keysOf } from './korean-keyboard.js';
import { PasswordPolicy, type PasswordOwner } from './password-policy.js';
import type { StrengthEstimator } from './strength-estimator.js';
import { loadStrengthJudge } from './strength.js';

const OWNER: PasswordOwner = { loginId: 'ada.lovelace', email: 'zephyrine@kestrel.example', name: '박서하늬' };

const JUDGE = loadStrengthJudge();
const policy = new PasswordPolicy(AppConfig.load({ SECRET: 'any-thirty-two-bytes-will-do-here-0' }), {
  estimate: async (password: string, ownWords: readonly string[]) => (await JUDGE)(password, ownWords),
} as StrengthEstimator);

async function isAccepted(password: string, owner = OWNER): Promise<boolean> {
  return policy.check(password, owner, 'password').then(
    () => true,
    () => false,
  );
}

/** Typed with the Latin layout on, as Koreans do: 사랑해1004 is `tkfkdgo1004`. */
const COMMON = `
사랑해1004 사랑해123 사랑해1234 사랑해요1 사랑해요123 사랑합니다 사랑합니다1 안녕하세요 안녕하세요1 안녕하세요123 안녕하세요! 비밀번호1 비밀번호123
비밀번호1234 비밀번호! 비밀번호입니다 내비밀번호 우리집비번 비번1234 비번12345 한국2024 한국2002 한국1234 대한민국 대한민국1 대한민국2002
대한민국만세 대한민국1234 코리아123 서울1234 서울1988 부산1234 부산갈매기 제주도2024 독도는우리땅 한글사랑 한글1446 세종대왕 세종대왕1 이순신장군
민영1234 민수1234 지훈1234 지영1234 은지1004 민지1004 수진1212 현우2580 서연2010 지민1013 유진7942 혜진8282 김민수12 김민수123
김민수1234 이지은123 박지성7 박지성10 손흥민7 김연아1 최민호123 정지훈1! 홍길동123 홍길동1234 관심12 관심123 관심1234 행복1234 행복하자1
행복하세요 행운7777 천사1004 천사같은너 바보1234 바보멍청이 친구야사랑해 친구7942 우정1234 가족사랑 우리가족1 엄마사랑해 엄마아빠 엄마아빠1 엄마아빠사랑해
아빠사랑해 아빠힘내세요 우리아들1 우리딸사랑 여보사랑해 자기야사랑해 오빠사랑해 오빠1234 언니1234 누나사랑해 내사랑1004 첫사랑1234 영원한사랑 보고싶다1
보고싶어1 너만을사랑해 나는너를사랑해 나는나야 나는할수있다 할수있다1 하면된다1 화이팅123 화이팅! 힘내자123 아자아자1 최고1234 최강한화 최강두산 천재1234
공주1234 왕자님1234 대박나자1 대박1234 로또당첨1 부자되자1 부자되자! 합격하자1 수능대박 수능대박1 공부하자1 서울대가자 고려대1905 연세대1885
학교종이땡땡땡 선생님1 대학교123 회사1234 사장님1234 취업성공1 관리자1234 관리자1! 운영자1234 테스트123 테스트1234 테스트테스트 임시비밀번호
고양이123 고양이1234 고양이야옹 강아지123 강아지1234 멍멍이1 멍멍이123 호랑이1 호랑이띠86 토끼1234 돼지1234 꽃돼지12 곰돌이123 원숭이1
초코야123 뽀로로123 피카츄25 도라에몽1 둘리1983 짱구1234 하늘1234 하늘사랑1 푸른하늘1 푸른바다1 바다1234 무지개123 해바라기1 장미꽃123
나비야나비야 봄여름가을겨울 가나다라 가나다라1 가나다라마바사 가나다라1234 아자차카타파하 일이삼사1 하나둘셋 하나둘셋넷 크리스마스1 생일축하해 치킨1234 피자1234
떡볶이123 삼겹살12 김치찌개1 된장찌개1 소주한잔 소주1234 커피1234 아이스크림1 축구1234 야구사랑1 리니지123 메이플스토리 스타크래프트 던전앤파이터
방탄소년단 방탄소년단7 소녀시대9 아이유1234
`;

/** Sentences in Hangul. */
const SENTENCES = `
키큰 기린이 강가를 지나간다
보라색 우산 아래 달팽이 셋
거꾸로 매달린 박쥐의 편지
새벽 두시에 굽는 호밀빵
이끼 낀 돌담 위 검은 고무신
종이배에 실은 낡은 나침반
얼음 녹는 소리에 깬 부엉이
주머니 속 단추가 스물한 개
빗물에 젖은 트럼펫 연주자
서랍장 밑 은색 클립 여든둘
붉은 벽돌 틈 사이 고사리
안경 벗은 고래의 체스 시합
양철 지붕에 튀는 도토리
느릿느릿 헤엄치는 문어 군단
파르스름한 유리병 속 편지
세모난 달력과 네모난 시계
옥상 텃밭의 쑥갓 도둑
털실로 짠 잠수함 한 척
콧노래하는 굴뚝 청소부
구겨진 지도에 그린 해적선
꽁꽁 언 분수대 옆 벤치
모서리 닳은 국어사전 한 권
덜컹대는 이층 버스 맨 뒷자리
삐걱거리는 흔들의자와 뜨개질
뒤집힌 찻잔에 갇힌 무당벌레
은행잎 수북한 골목 끝 전당포
졸음 쏟아지는 물리 수업 시간
단풍나무 시럽을 훔친 너구리
가로등 밑 줄넘기하는 할아버지
소금쟁이가 그린 동그라미 일곱
휘파람으로 부른 겨울 자장가
녹슨 자물통과 노란 카나리아
장독대 뒤에 숨은 다람쥐 가족
먼지 쌓인 축음기의 왈츠 한 곡
화산재로 빚은 찻주전자 뚜껑
밀짚모자 쓴 허수아비의 외출
징검다리 건너는 오리 열두 마리
바지락 캐는 소년의 초록 장화
눈 덮인 간이역의 빨간 우체통
도마뱀 꼬리 모양 구름 한 조각
`;

const WITHOUT_BLANKS = `
거꾸로박쥐편지함 호밀빵굽는새벽두시 달팽이우산보라색 이끼돌담고무신 나침반종이배낡은 부엉이얼음소리 단추스물한개주머니 트럼펫빗물연주자 클립여든둘서랍장 고사리벽돌틈사이
안경고래체스시합 도토리양철지붕 문어군단느릿느릿 유리병편지파르스름 세모달력네모시계 쑥갓도둑옥상텃밭 털실잠수함한척 굴뚝청소부콧노래 해적선지도구겨진 분수대벤치꽁꽁
국어사전모서리닳은 이층버스뒷자리덜컹 흔들의자뜨개질삐걱 무당벌레찻잔 전당포골목은행잎 물리수업졸음쏟아 너구리단풍시럽 줄넘기가로등할배 소금쟁이동그라미 휘파람겨울자장가
`;

const ENGLISH = `
correct horse battery staple
tall giraffe naps at noon
purple umbrella under snail
copper kettle sings at dawn
nine wet trumpets in rain
velvet submarine knitting club
moss on the lighthouse stairs
crooked ladder to the attic
seven buttons in a teacup
paper boats and old compass
upside down bat writes home
rye bread at two o'clock
whistling chimney sweep tango
acorn drumming tin rooftops
octopus marching very slowly
triangular calendar blues
rooftop lettuce burglar
glass bottle pale harbour
creaky rocking chair yarn
ladybird trapped in porcelain
ginkgo alley pawnshop
drowsy physics lecture hall
raccoon stole maple syrup
grandpa skips under lamps
water strider draws circles
winter lullaby whistled
rusty padlock canary
squirrels behind clay jars
dusty gramophone waltz
teapot lid of volcanic ash
scarecrow takes a holiday
twelve ducks stepping stones
cockles and green wellies
snowy halt red postbox
lizard tail cumulus
bent clarinet for breakfast
marble staircase thunder
quiet orchard xylophone
limping pirate bakery
frozen fountain bench poem
`;

/** From a generator of passwords. */
const RANDOM = String.raw`
PtYgjmUh%B el31iEl2hp ChYgCfrL1s pNxnyVmihA #2O76UMFxF kM@#R5Kjp+ 1vRt!1fjOR S#6ilI8ihN
5KXSc7Tvo# hBKqFYY#kv 5ZJr3J1TWD tkwtDDb!xH Kas1VOq+g6 YYZYn9Zhyi A4uoRgnatm UdjAWtGSU8
po!799Nksn RH9u?cA@Us d@MlH?UvTC %QCyEZDz?# TddJ8HyS5S UkCnD8zRA9 a9SkpXz9w3 QlY7Zkuvqd
t7s8Stqcbn @r3yBdGBL% EPH1qhT6?1 %qt@+c4xat ws8phP?@9n hFyJfm%5di 4P%+zJ5+9% F?Hz5r1pY4
OjE2jBMptU sGr7CmY!uC u3+ZR1zTOl UcR64cXQ?L +ioDnkHIfx Iq2HZt+#Pl Jhx2jIclHk CiHp6bR1Iq
c7phkqdlmtt7 ns26lrwbqcab 69m64p2g158z 6tnovmizwdia eq1kdfy6spsc 3lkr2aqxv9up ctnwlavyf4r6
mp6afqfjzczb ttof7jyu5jsj c616i76bofbc ixgy29db8p5q a3e68f7e4qeq pno35ye4scme jvqtia4d5rgn
5s7s333h9mtf 4bs3e62rynne fj7qxi6rhxo5 5zbka52ztj0w yuhvauvzhmas qxezyex1rdrg dsjpr16umx1b
z99nfd02is5d 9ik40vstqqzp t49zhkken659 o2v21i9mpflv 9fupxqmb0y07 nyrvd5rxi67n frpyz21tbic1
45aez732pgoj j7g3f9caioct 9exj-txqz-3ddc kt9v-gpjh-4waa ukrj-9mx5-7hst huha-9qzx-kbag
s7yx-qcjh-yq8n hsbz-mzqn-ypga 4k26-tcgs-gk35 ghrh-j37k-d9ws wf7h-sq8y-b9we 8pbg-aweq-bzbf
pr7z-7m2d-c8fm gfx8-t2rb-ky2p 5nmr-fdac-jcnq 97du-93gp-n35k 54qc-bzsg-nu8r gmn2-7sax-qh4x
3pbp-brc4-8bjg 2c7w-mnjm-99wb j2zz-m8jk-a23w 84x9-9ca5-hdsz
`;

const words = (text: string): string[] => text.trim().split(/\s+/);
const lines = (text: string): string[] => text.trim().split('\n');

describe('a password of a Korean keyboard', () => {
  it.each([
    ['안녕하세요', 'dkssudgktpdy'],
    ['관심12', 'rhkstla12'],
    ['꽃밭과 닭', 'Rhcqkxrhk ekfr'],
    ['ㅔㅁㄴㄴ잭ㅇ', 'password'],
    ['왜값앉읽뷁 yes', 'dhorkqtdkswdlfrqnpfr yes'],
    ['김민수'.normalize('NFD'), 'rlaalstn'],
    ['xK7!', 'xK7!'],
  ])('PW-08 is seen as the keys that were pressed: %s', (text, keys) => expect(keysOf(text)).toBe(keys));

  it.each(['dkssudgktpdy', 'tkfkdgo1004', 'alsdud1234', 'rhkstla12', 'gksrnr2024', '한글비밀번호테스트'])(
    'PW-08 is refused: %s',
    async (password) => expect(await isAccepted(password)).toBe(false),
  );

  it('PW-08 is refused where it is one of 200 common ones', async () => {
    const passwords = words(COMMON).map(keysOf);
    expect(new Set(passwords).size).toBe(200);
    const accepted: string[] = [];
    for (const password of passwords) if (await isAccepted(password)) accepted.push(password);
    expect(accepted).toEqual([]);
  });

  it('PW-08 is refused in Hangul as it is in Latin keys', async () => {
    const accepted: string[] = [];
    const someOfThem = words(COMMON).filter((_, index) => index % 5 === 0);
    for (const password of someOfThem) if (await isAccepted(password)) accepted.push(password);
    expect(accepted).toEqual([]);
  });

  it('PW-08 is accepted where it is one of 200 good ones', async () => {
    const passwords = [...lines(SENTENCES), ...words(WITHOUT_BLANKS).map(keysOf), ...lines(ENGLISH), ...words(RANDOM)];
    expect(new Set(passwords).size).toBe(200);
    const refused: string[] = [];
    for (const password of passwords) if (!(await isAccepted(password))) refused.push(password);
    expect(refused).toEqual([]);
  });

  it('PW-08 is refused where it is a Latin password typed in Hangul', async () => {
    for (const password of ['ㅔㅁㄴㄴ잭ㅇ1234', 'ㅂㅈㄷㄱ쇼ㅕㅑㅐㅔ', 'ㅑㅣㅐㅍ됴ㅐㅕ'])
      expect([password, await isAccepted(password)]).toEqual([password, false]);
  });

  it('PW-08 is refused where it is made of the member’s Korean name, in either layout', async () => {
    const owner = { ...OWNER, name: '탁세륜' };
    for (const password of ['세륜세륜세륜세륜', 'xkrtpfbs1', 'tpfbstpfbs', 'TPFBStpfbs12'])
      expect([password, await isAccepted(password, owner)]).toEqual([password, false]);
  });

  it('PW-08 is weaker where it contains the member’s Korean name, typed with the Latin layout on', async () => {
    const judge = await JUDGE;
    expect(judge('zPfbsqh7vw', ['켸륜보']).score).toBeLessThan(judge('zPfbsqh7vw', []).score);
  });
});
