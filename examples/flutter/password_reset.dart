// A forgotten password in Flutter, on package:http: request a code, exchange it for a reset token, set the new password.
import 'dart:convert';
import 'package:http/http.dart' as http;

/// A refusal of the server. [code] is for the program, [detail] for people, in the requested language.
class Problem implements Exception {
  Problem(this.status, Map<String, dynamic> body)
      : code = body['code'] as String? ?? 'unknown',
        detail = body['detail'] as String? ?? '',
        retryAfter = body['retryAfter'] as int?,
        fields = {
          for (final field in body['errors'] as List<dynamic>? ?? const [])
            field['field'] as String: field['message'] as String,
        };

  final int status;
  final String code;
  final String detail;
  final int? retryAfter;
  final Map<String, String> fields;
}

class PasswordReset {
  PasswordReset(this.server, {required this.language, http.Client? client}) : _client = client ?? http.Client();

  final Uri server;
  final String language; // 'ko' or 'en'
  final http.Client _client;
  String? _requestId;
  String? _resetToken;

  /// Mails a code if the address has an account. Returns the seconds until the next request.
  Future<int> sendCode(String email) async {
    final answer = await _post('send-code', {'email': email});
    _requestId = _read<String>(answer, 'requestId');
    return _read<int>(answer, 'resendAfter');
  }

  /// Throws [Problem] `code_invalid` (wrong, used, expired: one answer) or `too_many_attempts`.
  Future<void> confirmCode(String code) async {
    final answer = await _post('confirm-code', {'requestId': _requestId, 'code': code});
    _resetToken = _read<String>(answer, 'resetToken');
  }

  /// Works once, within ten minutes of the code. All sessions end; continue with a login.
  Future<void> setPassword(String newPassword) =>
      _post('', {'newPassword': newPassword}, token: _resetToken);

  Future<Map<String, dynamic>> _post(String step, Map<String, Object?> body, {String? token}) async {
    final path = ['api', 'auth', 'password-reset', if (step.isNotEmpty) step].join('/');
    final response = await _client.post(
      server.resolve('/$path'),
      headers: {
        'content-type': 'application/json',
        'accept-language': language,
        if (token != null) 'authorization': 'Bearer $token',
      },
      body: jsonEncode(body),
    );
    final text = utf8.decode(response.bodyBytes); // the charset is always UTF-8
    final Object? json = text.isEmpty ? null : _tryDecode(text);
    final content = json is Map<String, dynamic> ? json : <String, dynamic>{};
    if (response.statusCode >= 400) throw Problem(response.statusCode, content);
    if (text.isNotEmpty && json is! Map<String, dynamic>) throw _unexpected;
    return content;
  }

  /// A hotel network may answer 200 with its own page. Nothing is known then, so the app offers another try.
  static final _unexpected = Problem(200, {'code': 'unexpected_response'});

  static T _read<T>(Map<String, dynamic> answer, String field) {
    final value = answer[field];
    return value is T ? value : throw _unexpected;
  }

  /// A proxy may answer in HTML.
  static Object? _tryDecode(String text) {
    try {
      return jsonDecode(text);
    } on FormatException {
      return null;
    }
  }
}
