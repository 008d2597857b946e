// Written by `npm run docs` from openapi.json.
export const OPERATIONS: Record<string, string> = {
  "GET /api/auth/sign-up/terms": "200 SignUpTermsResponse",
  "POST /api/auth/sign-up": "202 SignUpResponse",
  "POST /api/auth/sign-up/resend": "202 SignUpResponse",
  "POST /api/auth/sign-up/inspect": "200 InspectedSignUpResponse",
  "POST /api/auth/sign-up/confirm-code": "200 TokenResponse",
  "POST /api/auth/sign-up/confirm-link": "200 TokenResponse",
  "POST /api/auth/sign-up/inspect-link": "200 InspectedSignUpLinkResponse",
  "POST /api/auth/sign-up/discard": "204",
  "POST /api/auth/login-id/check": "200 LoginIdAvailabilityResponse",
  "POST /api/auth/login": "200 TokenResponse|PasswordChangeRequiredResponse|TermsRequiredResponse|MfaRequiredResponse|ConfirmationRequiredResponse",
  "POST /api/auth/login/mfa": "200 TokenResponse|PasswordChangeRequiredResponse|TermsRequiredResponse",
  "POST /api/auth/login/passkey/options": "200 RequestOptionsResponse",
  "POST /api/auth/login/passkey": "200 TokenResponse|PasswordChangeRequiredResponse|TermsRequiredResponse",
  "POST /api/auth/login/mfa/passkey/options": "200 RequestOptionsResponse",
  "POST /api/auth/login/mfa/passkey": "200 TokenResponse|PasswordChangeRequiredResponse|TermsRequiredResponse",
  "POST /api/auth/refresh": "200 RefreshResponse",
  "POST /api/auth/verify": "200 VerifiedTokenResponse",
  "POST /api/auth/logout": "204",
  "GET /api/auth/sessions": "200 SessionListResponse",
  "DELETE /api/auth/sessions": "204",
  "DELETE /api/auth/sessions/{id}": "204",
  "POST /api/auth/reauthenticate": "204",
  "POST /api/auth/reauthenticate/social": "204",
  "POST /api/auth/reauthenticate/passkey/options": "200 RequestOptionsResponse",
  "POST /api/auth/password-reset/send-code": "202 CodeSentResponse",
  "POST /api/auth/password-reset/confirm-code": "200 ResetTokenResponse",
  "POST /api/auth/password-reset/confirm-link": "200 ResetTokenByLinkResponse",
  "POST /api/auth/password-reset/inspect-link": "200 InspectedResetLinkResponse",
  "POST /api/auth/password-reset": "204",
  "POST /api/auth/login-id/send-code": "202 CodeSentResponse",
  "POST /api/auth/login-id/confirm-code": "200 FoundLoginIdResponse",
  "GET /api/members/me": "200 ProfileResponse",
  "PATCH /api/members/me": "200 ProfileResponse",
  "DELETE /api/members/me": "204",
  "POST /api/members/me/password": "204",
  "POST /api/members/me/totp": "200 TotpEnrolmentResponse",
  "DELETE /api/members/me/totp": "204",
  "GET /api/members/me/totp": "200 TwoFactorStatusResponse",
  "POST /api/members/me/totp/confirm": "200 RecoveryCodesResponse",
  "POST /api/members/me/recovery-codes": "200 RecoveryCodesResponse",
  "POST /api/members/me/passkeys/options": "200 CreationOptionsResponse",
  "POST /api/members/me/passkeys": "201 RegisteredPasskeyResponse",
  "GET /api/members/me/passkeys": "200 PasskeyListResponse",
  "PATCH /api/members/me/passkeys/{id}": "200 PasskeyResponse",
  "DELETE /api/members/me/passkeys/{id}": "204",
  "GET /api/members/me/identities": "200 IdentityListResponse",
  "POST /api/members/me/identities": "201 IdentityResponse",
  "DELETE /api/members/me/identities/{id}": "204",
  "GET /api/members/me/consents": "200 OwnConsentListResponse",
  "POST /api/members/me/consents": "204",
  "DELETE /api/members/me/consents/{id}": "204",
  "GET /api/members/me/export": "200 AccountExportResponse",
  "GET /api/members/me/security-events": "200 SecurityActivityResponse",
  "POST /api/members/me/email/send-code": "202 CodeSentResponse",
  "POST /api/members/me/email/confirm-code": "204",
  "POST /api/members/me/email/confirm-link": "204",
  "POST /api/members/me/email/inspect-link": "200 InspectedEmailChangeResponse",
  "POST /api/members/me/email/undo/inspect": "200 InspectedEmailUndoResponse",
  "POST /api/members/me/email/undo": "204",
  "POST /api/auth/not-me": "204",
  "POST /api/auth/not-me/inspect": "200 DisavowalResponse",
  "GET /api/admin/login-diagnosis": "200 LoginDiagnosisResponse",
  "GET /api/admin/imports": "200 ImportListResponse",
  "GET /api/admin/overview": "200 OverviewResponse",
  "GET /api/admin/members": "200 MemberListResponse",
  "GET /api/admin/members/{id}": "200 MemberDetailsResponse",
  "PATCH /api/admin/members/{id}": "200 MemberDetailsResponse",
  "DELETE /api/admin/members/{id}": "204",
  "POST /api/admin/members/{id}/password-reset": "202",
  "DELETE /api/admin/members/{id}/sessions": "204",
  "GET /api/admin/members/{id}/sessions": "200 MemberSessionListResponse",
  "DELETE /api/admin/members/{id}/sessions/{sessionId}": "204",
  "DELETE /api/admin/members/{id}/totp": "204",
  "DELETE /api/admin/members/{id}/passkeys": "204",
  "POST /api/admin/members/{id}/unlock": "204",
  "POST /api/admin/invitations": "201 InvitationResponse",
  "GET /api/admin/invitations": "200 InvitationListResponse",
  "POST /api/admin/invitations/{id}/resend": "202",
  "DELETE /api/admin/invitations/{id}": "204",
  "GET /api/admin/members/{id}/export": "200 AccountExportResponse",
  "POST /api/admin/members/{id}/email": "202",
  "GET /api/admin/members/{id}/challenges": "200 OpenChallengeListResponse",
  "GET /api/admin/members/{id}/mails": "200 OutboxListResponse",
  "GET /api/admin/members/{id}/deliveries": "200 MemberDeliveryListResponse",
  "DELETE /api/admin/members/{id}/passkeys/{passkeyId}": "204",
  "DELETE /api/admin/members/{id}/identities/{identityId}": "204",
  "GET /api/admin/security-events": "200 SecurityEventListResponse",
  "GET /api/admin/outbox": "200 OutboxListResponse",
  "POST /api/admin/outbox/{id}/retry": "202",
  "POST /api/admin/api-keys": "201 IssuedApiKeyResponse",
  "GET /api/admin/api-keys": "200 ApiKeyListResponse",
  "POST /api/admin/api-keys/{id}/rotate": "200 IssuedApiKeyResponse",
  "DELETE /api/admin/api-keys/{id}": "204",
  "POST /api/admin/webhooks": "201 CreatedWebhookResponse",
  "GET /api/admin/webhooks": "200 WebhookListResponse",
  "GET /api/admin/webhooks/{id}": "200 WebhookResponse",
  "PATCH /api/admin/webhooks/{id}": "200 WebhookResponse",
  "DELETE /api/admin/webhooks/{id}": "204",
  "POST /api/admin/webhooks/{id}/rotate-secret": "200 WebhookSecretResponse",
  "GET /api/admin/webhooks/{id}/deliveries": "200 DeliveryListResponse",
  "POST /api/admin/webhooks/{id}/deliveries/{deliveryId}/retry": "202",
  "POST /api/admin/webhooks/{id}/test": "201 TestDeliveryResponse",
  "GET /api/integrations/revocations": "200 RevocationsResponse",
  "GET /api/integrations/events": "200 EventLogResponse",
  "POST /api/auth/invitations/inspect": "200 InspectedInvitationResponse",
  "POST /api/auth/invitations/accept": "200 TokenResponse",
  "GET /api/auth/consents": "200 ConsentDocumentListResponse",
  "POST /api/auth/consents": "200 TokenResponse|PasswordChangeRequiredResponse|TermsRequiredResponse",
  "GET /api/auth/social/providers": "200 SocialProviderListResponse",
  "POST /api/auth/social/{provider}/start": "200 StartedSocialLoginResponse",
  "POST /api/auth/social/{provider}/complete": "200 TokenResponse|PasswordChangeRequiredResponse|TermsRequiredResponse|MfaRequiredResponse|SignUpRequiredResponse",
  "POST /api/auth/social/{provider}/native": "200 TokenResponse|PasswordChangeRequiredResponse|TermsRequiredResponse|MfaRequiredResponse|SignUpRequiredResponse",
  "POST /api/auth/social/sign-up": "200 TokenResponse|ConfirmationRequiredResponse",
  "GET /.well-known/jwks.json": "200 JsonWebKeySet",
  "GET /.well-known/oauth-authorization-server": "200 ServerMetadataResponse",
  "GET /.well-known/openid-configuration": "200 ServerMetadataResponse",
  "POST /api/auth/introspect": "200 IntrospectionResponse",
  "GET /health/live": "200 HealthResponse",
  "GET /health/ready": "200 HealthResponse"
};
export const SHAPES: Record<string, Record<string, string>> = {
  "AcceptedCredentialsResponse": {
    "rpId": "string",
    "userId": "string",
    "allAcceptedCredentialIds": "string[]"
  },
  "AccountExportResponse": {
    "identities": "object[]",
    "passkeys": "object[]",
    "consents": "object[]",
    "invitations": "object[]",
    "emailChanges": "object[]",
    "sessions": "object[]",
    "devices": "object[]",
    "networks": "object[]",
    "mails": "object[]",
    "securityEvents": "object[]",
    "profile": "ProfileResponse"
  },
  "ApiKeyListResponse": {
    "items": "ApiKeyResponse[]",
    "nextCursor": "?string"
  },
  "ApiKeyResponse": {
    "id": "string",
    "scopes": "string[]",
    "addresses": "string[]",
    "createdBy": "?string",
    "rotatedAt": "?string",
    "expiresAt": "?string",
    "revokedAt": "?string",
    "lastUsedAt": "?string",
    "name": "string",
    "createdAt": "string"
  },
  "CodeSentResponse": {
    "resendAfter": "number",
    "expiresIn": "number",
    "requestId": "string"
  },
  "ConfirmationRequiredResponse": {
    "resendAfter": "number",
    "expiresIn": "number",
    "status": "=confirmation_required",
    "signUpId": "string"
  },
  "ConsentDocumentListResponse": {
    "items": "ConsentDocumentResponse[]"
  },
  "ConsentDocumentResponse": {
    "url": "?string",
    "sha256": "string",
    "id": "string",
    "version": "string",
    "language": "string",
    "title": "string",
    "required": "boolean",
    "marketing": "boolean",
    "effectiveFrom": "string"
  },
  "CreatedWebhookResponse": {
    "id": "string",
    "types": "string[]",
    "description": "?string",
    "failingSince": "?string",
    "switchedOffAt": "?string",
    "secret": "string",
    "url": "string",
    "enabled": "boolean",
    "createdAt": "string"
  },
  "CreationOptionsResponse": {
    "publicKey": "object",
    "expiresIn": "number"
  },
  "DeliveryListResponse": {
    "items": "DeliveryResponse[]",
    "nextCursor": "?string"
  },
  "DeliveryResponse": {
    "id": "string",
    "eventId": "string",
    "memberId": "?string",
    "status": "string",
    "attempts": "number",
    "finishedAt": "?string",
    "lastError": "?string",
    "type": "string",
    "createdAt": "string",
    "availableAt": "string"
  },
  "DisavowalResponse": {
    "happenedAt": "string",
    "event": "string",
    "maskedLoginId": "string"
  },
  "EventLogResponse": {
    "items": "EventResponse[]",
    "nextCursor": "string",
    "hasMore": "boolean"
  },
  "EventResponse": {
    "id": "string",
    "type": "string",
    "memberId": "?string",
    "data": "object",
    "schemaVersion": "number",
    "occurredAt": "string"
  },
  "FoundLoginIdResponse": {
    "maskedLoginId": "string",
    "memberSince": "string",
    "resetToken": "string"
  },
  "HealthResponse": {
    "status": "string"
  },
  "IdentityListResponse": {
    "items": "IdentityResponse[]"
  },
  "IdentityResponse": {
    "id": "string",
    "email": "?string",
    "provider": "string",
    "createdAt": "string"
  },
  "ImportListResponse": {
    "unproven": "number"
  },
  "InspectedEmailChangeResponse": {
    "requestedAt": "string",
    "maskedLoginId": "string",
    "maskedEmail": "string",
    "expiresAt": "string"
  },
  "InspectedEmailUndoResponse": {
    "changedAt": "string",
    "maskedLoginId": "string",
    "maskedEmail": "string",
    "expiresAt": "string"
  },
  "InspectedInvitationResponse": {
    "email": "string",
    "role": "string",
    "attributes": "object",
    "expiresAt": "string"
  },
  "InspectedResetLinkResponse": {
    "maskedLoginId": "string",
    "requestedAt": "string",
    "expiresAt": "string"
  },
  "InspectedSignUpLinkResponse": {
    "loginId": "string",
    "requestedAt": "string",
    "expiresAt": "string",
    "hasPassword": "boolean"
  },
  "InspectedSignUpResponse": {
    "loginId": "string",
    "requestedAt": "string",
    "expiresAt": "string"
  },
  "IntrospectionResponse": {
    "token_type?": "string",
    "aud?": "any",
    "sub?": "string",
    "sid?": "string",
    "role?": "string",
    "auth_time?": "number",
    "amr?": "string[]",
    "iat?": "number",
    "exp?": "number",
    "attributes?": "object",
    "active": "boolean",
    "iss?": "string",
    "client_id?": "string",
    "jti?": "string",
    "cnf?": "KeyConfirmation"
  },
  "InvitationListResponse": {
    "items": "InvitationResponse[]",
    "nextCursor": "?string"
  },
  "InvitationResponse": {
    "id": "string",
    "email": "string",
    "role": "string",
    "locale": "string",
    "attributes": "?object",
    "status": "string",
    "invitedBy": "?string",
    "apiKeyId": "?string",
    "acceptedAt": "?string",
    "memberId": "?string",
    "createdAt": "string",
    "mailedAt": "string",
    "expiresAt": "string"
  },
  "IssuedApiKeyResponse": {
    "id": "string",
    "key": "string"
  },
  "JsonWebKeySet": {
    "keys": "object[]"
  },
  "KeyConfirmation": {
    "jkt": "string"
  },
  "LoginDiagnosisResponse": {
    "memberId": "?string",
    "findings": "LoginFindingResponse[]"
  },
  "LoginFindingResponse": {
    "code": "string",
    "params?": "object",
    "action?": "string",
    "at?": "string",
    "until?": "string"
  },
  "LoginIdAvailabilityResponse": {
    "reason?": "string",
    "available": "boolean"
  },
  "MemberDeliveryListResponse": {
    "items": "MemberDeliveryResponse[]",
    "nextCursor": "?string"
  },
  "MemberDeliveryResponse": {
    "id": "string",
    "webhookId": "string",
    "eventId": "string",
    "status": "string",
    "attempts": "number",
    "finishedAt": "?string",
    "lastError": "?string",
    "type": "string",
    "createdAt": "string",
    "availableAt": "string"
  },
  "MemberDetailsResponse": {
    "id": "string",
    "email": "string",
    "locale": "string",
    "role": "string",
    "status": "string",
    "closedAt": "?string",
    "secondFactors": "string[]",
    "recoveryCodesLeft": "number",
    "sessionCount": "number",
    "attributes?": "object",
    "hasPassword": "boolean",
    "passkeys": "MemberPasskeyResponse[]",
    "identities": "MemberIdentityResponse[]",
    "isWaiting": "boolean",
    "loginId": "string",
    "name": "?string",
    "mustChangePassword": "boolean",
    "createdAt": "string"
  },
  "MemberIdentityResponse": {
    "id": "string",
    "email": "?string",
    "provider": "string",
    "createdAt": "string"
  },
  "MemberListResponse": {
    "items": "MemberResponse[]",
    "nextCursor": "?string"
  },
  "MemberPasskeyResponse": {
    "id": "string",
    "name": "?string",
    "provider": "?string",
    "lastUsedAt": "?string",
    "createdAt": "string"
  },
  "MemberResponse": {
    "id": "string",
    "email": "string",
    "locale": "string",
    "role": "string",
    "status": "string",
    "closedAt": "?string",
    "loginId": "string",
    "name": "?string",
    "mustChangePassword": "boolean",
    "createdAt": "string"
  },
  "MemberSessionListResponse": {
    "items": "MemberSessionResponse[]"
  },
  "MemberSessionResponse": {
    "id": "string",
    "deviceName": "?string",
    "ip": "string",
    "browser": "?string",
    "os": "?string",
    "country": "?string",
    "createdAt": "string",
    "lastUsedAt": "string",
    "bound": "boolean"
  },
  "MfaRequiredResponse": {
    "status": "=mfa_required",
    "methods": "string[]",
    "expiresIn": "number",
    "mfaToken": "string"
  },
  "OpenChallengeListResponse": {
    "items": "OpenChallengeResponse[]"
  },
  "OpenChallengeResponse": {
    "kind": "string",
    "at": "?string",
    "until": "?string",
    "attempts": "?number"
  },
  "OutboxListResponse": {
    "items": "OutboxMessageResponse[]",
    "nextCursor": "?string"
  },
  "OutboxMessageResponse": {
    "id": "string",
    "status": "string",
    "to": "?string",
    "memberId": "?string",
    "attempts": "number",
    "expiresAt": "?string",
    "finishedAt": "?string",
    "lastError": "?string",
    "template": "string",
    "locale": "string",
    "createdAt": "string",
    "availableAt": "string"
  },
  "OverviewResponse": {
    "period": "string",
    "bucketSeconds": "number",
    "failingWebhooks": "number",
    "from": "string",
    "series": "SeriesResponse[]",
    "queues": "QueuesResponse"
  },
  "OwnConsentListResponse": {
    "items": "OwnConsentResponse[]"
  },
  "OwnConsentResponse": {
    "url": "?string",
    "sha256": "string",
    "givenAt": "?string",
    "given": "boolean",
    "id": "string",
    "version": "string",
    "language": "string",
    "title": "string",
    "required": "boolean",
    "marketing": "boolean",
    "effectiveFrom": "string"
  },
  "PasskeyListResponse": {
    "items": "PasskeyResponse[]",
    "acceptedCredentials": "AcceptedCredentialsResponse"
  },
  "PasskeyResponse": {
    "id": "string",
    "name": "?string",
    "provider": "?string",
    "lastUsedAt": "?string",
    "transports": "string[]",
    "createdAt": "string",
    "backupEligible": "boolean",
    "backedUp": "boolean"
  },
  "PasswordChangeRequiredResponse": {
    "status": "=password_change_required",
    "expiresIn": "number",
    "resetToken": "string"
  },
  "ProfileResponse": {
    "id": "string",
    "email": "string",
    "locale": "string",
    "role": "string",
    "attributes?": "object",
    "loginId": "string",
    "loginIdGenerated": "boolean",
    "name": "?string",
    "createdAt": "string",
    "hasPassword": "boolean"
  },
  "QueueResponse": {
    "due": "number",
    "waiting": "number",
    "dead": "number",
    "oldestSeconds": "number"
  },
  "QueuesResponse": {
    "mails": "QueueResponse",
    "deliveries": "QueueResponse"
  },
  "RecoveryCodesResponse": {
    "recoveryCodes": "string[]"
  },
  "RefreshResponse": {
    "status": "string",
    "tokenType": "string",
    "expiresIn": "number",
    "refreshExpiresIn": "number",
    "sessionId": "string",
    "outcome": "string",
    "accessToken": "string",
    "refreshToken?": "string",
    "deviceToken?": "string"
  },
  "RegisteredPasskeyResponse": {
    "recoveryCodes?": "string[]",
    "passkey": "PasskeyResponse"
  },
  "RequestOptionsResponse": {
    "publicKey": "object",
    "expiresIn": "number"
  },
  "ResetTokenByLinkResponse": {
    "expiresIn": "number",
    "resetToken": "string",
    "maskedLoginId": "string"
  },
  "ResetTokenResponse": {
    "expiresIn": "number",
    "resetToken": "string"
  },
  "RevocationResponse": {
    "kind": "string",
    "id": "string",
    "before": "string",
    "until": "string",
    "cursor": "string"
  },
  "RevocationsResponse": {
    "serverTime": "string",
    "items": "RevocationResponse[]",
    "nextCursor": "string"
  },
  "SecurityActivityEntryResponse": {
    "type": "string",
    "ip": "string",
    "userAgent": "string",
    "sessionId": "?string",
    "details": "object",
    "id": "string",
    "at": "string",
    "byAdmin": "boolean",
    "country": "?string",
    "browser": "?string",
    "os": "?string"
  },
  "SecurityActivityResponse": {
    "items": "SecurityActivityEntryResponse[]",
    "nextCursor": "?string"
  },
  "SecurityEventListResponse": {
    "items": "SecurityEventResponse[]",
    "nextCursor": "?string"
  },
  "SecurityEventResponse": {
    "type": "string",
    "memberId": "?string",
    "actorId": "?string",
    "apiKeyId": "?string",
    "sessionId": "?string",
    "ip": "string",
    "userAgent": "string",
    "requestId": "string",
    "details": "object",
    "id": "string",
    "at": "string",
    "browser": "?string",
    "os": "?string"
  },
  "SeriesResponse": {
    "name": "string",
    "counts": "number[]"
  },
  "ServerMetadataResponse": {
    "issuer": "string",
    "jwks_uri?": "string",
    "id_token_signing_alg_values_supported?": "string[]",
    "introspection_endpoint": "string",
    "introspection_endpoint_auth_methods_supported": "string[]",
    "dpop_signing_alg_values_supported": "string[]",
    "response_types_supported": "string[]",
    "grant_types_supported": "string[]"
  },
  "SessionListResponse": {
    "items": "SessionResponse[]"
  },
  "SessionResponse": {
    "id": "string",
    "deviceName": "?string",
    "ip": "string",
    "browser": "?string",
    "os": "?string",
    "country": "?string",
    "createdAt": "string",
    "lastUsedAt": "string",
    "current": "boolean",
    "bound": "boolean"
  },
  "SignUpRequiredResponse": {
    "status": "=sign_up_required",
    "email?": "string",
    "suggestedLoginId": "string",
    "expiresIn": "number",
    "signUpId": "string",
    "emailProven": "boolean"
  },
  "SignUpResponse": {
    "resendAfter": "number",
    "expiresIn": "number",
    "signUpId": "string"
  },
  "SignUpTermsResponse": {
    "mode": "string",
    "domains": "string[]"
  },
  "SocialProviderListResponse": {
    "items": "SocialProviderResponse[]"
  },
  "SocialProviderResponse": {
    "id": "string",
    "name": "string"
  },
  "StartedSocialLoginResponse": {
    "expiresIn": "number",
    "authorizationUrl": "string",
    "requestId": "string"
  },
  "TermsRequiredResponse": {
    "status": "=terms_required",
    "expiresIn": "number",
    "termsToken": "string",
    "documents": "ConsentDocumentResponse[]"
  },
  "TestDeliveryResponse": {
    "deliveryId": "string"
  },
  "TokenResponse": {
    "status": "=authenticated",
    "tokenType": "string",
    "expiresIn": "number",
    "refreshExpiresIn": "number",
    "sessionId": "string",
    "accessToken": "string",
    "refreshToken?": "string",
    "deviceToken?": "string"
  },
  "TotpEnrolmentResponse": {
    "otpauthUrl": "string",
    "qrSvg": "string",
    "secret": "string"
  },
  "TwoFactorStatusResponse": {
    "recoveryCodesLeft": "number",
    "enabled": "boolean"
  },
  "VerifiedTokenResponse": {
    "sub?": "string",
    "sid?": "string",
    "role?": "string",
    "iat?": "number",
    "exp?": "number",
    "reason?": "string",
    "active": "boolean",
    "cnf?": "KeyConfirmation"
  },
  "WebhookListResponse": {
    "items": "WebhookResponse[]"
  },
  "WebhookResponse": {
    "id": "string",
    "types": "string[]",
    "description": "?string",
    "failingSince": "?string",
    "switchedOffAt": "?string",
    "url": "string",
    "enabled": "boolean",
    "createdAt": "string"
  },
  "WebhookSecretResponse": {
    "secret": "string"
  }
};
