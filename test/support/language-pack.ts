/** A language of mails that an operator adds, with one template: the files of its folder. */
export const JAPANESE = {
  'sign-up.subject.hbs': '[{{productName}}] ご登録の確認',
  'sign-up.text.hbs':
    '確認コード: {{code}} ({{codeMinutes}}分)\n{{web link}} ({{linkHours}}時間)\n{{loginIdMasked}} {{time requestedAt}} {{country}}\n',
  'sign-up.html.hbs':
    '<html lang="ja"><p>確認コード: <b>{{code}}</b> ({{codeMinutes}}分)</p><p><a href="{{web link}}">登録する</a> ({{linkHours}}時間)</p><p>{{loginIdMasked}} {{time requestedAt}} {{country}}</p></html>',
  'language.json': '{"timeZone": "Asia/Tokyo", "zoneName": "(日本時間)"}',
};
