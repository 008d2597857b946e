// Login with Kakao in Flutter, on kakao_flutter_sdk_user and package:http.
import 'dart:convert';
import 'dart:math';
import 'package:http/http.dart' as http;
import 'package:kakao_flutter_sdk_user/kakao_flutter_sdk_user.dart';

/// What the server answers. [status] is `authenticated`, or names the next step: `mfa_required`,
/// `password_change_required`, or `sign_up_required` for an account that has no member yet.
typedef LoginOutcome = Map<String, dynamic>;

class KakaoLogin {
  KakaoLogin(this.server, {required this.language, http.Client? client}) : _client = client ?? http.Client();

  final Uri server;
  final String language; // 'ko' or 'en'
  final http.Client _client;

  /// Call `KakaoSdk.init(nativeAppKey: …)` first. That key has to be in SOCIAL_KAKAO_NATIVE_AUDIENCES,
  /// and OpenID Connect has to be on in the console of Kakao.
  Future<LoginOutcome> logIn({String? deviceToken}) async {
    final nonce = _newNonce(); // binds the ID token to this login
    final token = await isKakaoTalkInstalled()
        ? await UserApi.instance.loginWithKakaoTalk(nonce: nonce)
        : await UserApi.instance.loginWithKakaoAccount(nonce: nonce);
    final idToken = token.idToken;
    if (idToken == null) throw StateError('OpenID Connect is off in the console of Kakao');
    return _post('kakao/native', {
      'idToken': idToken,
      'nonce': nonce,
      if (deviceToken != null) 'deviceToken': deviceToken,
    });
  }

  /// After `sign_up_required`. Without a proven address a code is mailed: `confirmation_required`.
  Future<LoginOutcome> signUp(String signUpId, {required String loginId, String? email}) => _post('sign-up', {
        'signUpId': signUpId,
        'loginId': loginId,
        if (email != null) 'email': email,
      });

  Future<LoginOutcome> _post(String path, Map<String, Object?> body) async {
    final response = await _client.post(
      server.resolve('/api/auth/social/$path'),
      headers: {'content-type': 'application/json', 'accept-language': language},
      body: jsonEncode(body),
    );
    final answer = jsonDecode(utf8.decode(response.bodyBytes)) as Map<String, dynamic>;
    if (response.statusCode == 200) return answer;
    throw Exception(answer['detail']); // see Problem in password_reset.dart
  }

  static String _newNonce() {
    final random = Random.secure();
    return base64Url.encode(List.generate(24, (_) => random.nextInt(256)));
  }
}
