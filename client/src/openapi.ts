// Written by `npm run docs` from openapi.json.
export interface paths {
    "/api/auth/sign-up/terms": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Show who may sign up
         * @description For a client that shows its form only to those. Operators set it by `SIGN_UP`.
         */
        get: operations["signUpTerms"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/sign-up": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Sign up
         * @description Records a sign-up and mails a code and a link. The response is the same when the address has an account already; the mail then informs its owner. The same request again from the same client, or another one with the `signUpId`, continues that sign-up: a code already mailed fits.
         */
        post: operations["signUpRequest"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/sign-up/resend": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Mail a new code and link
         * @description The previous ones stop working. The new ones have guesses of their own, within the daily limit of the address. During the cooldown no mail is sent and the previous ones stay valid.
         */
        post: operations["signUpResend"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/sign-up/inspect": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Show my sign-up
         * @description For a client that waits for the code: `already_confirmed` means that the link was used elsewhere. Changes nothing.
         */
        post: operations["signUpInspect"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/sign-up/confirm-code": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Confirm by code
         * @description Creates the member and logs in. `already_confirmed` where this sign-up was confirmed before, perhaps by the link on another device.
         */
        post: operations["signUpConfirmCode"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/sign-up/confirm-link": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Confirm by link
         * @description Needs the mailed token and either the `signUpId` of the same client or the password of the sign-up. Opening the link changes nothing; only this operation does.
         */
        post: operations["signUpConfirmLink"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/sign-up/inspect-link": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Show the sign-up that a link belongs to
         * @description For the page that the link opens. Changes nothing.
         */
        post: operations["signUpInspectLink"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/sign-up/discard": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Discard a sign-up ("I didn't sign up")
         * @description Deletes the sign-up. Its code and link stop working.
         */
        post: operations["signUpDiscard"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/login-id/check": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Check whether a login ID is available
         * @description Limited by client address. If the operator has switched the check off, the answer is `not_found`.
         */
        post: operations["loginIdCheck"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/login": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Log in
         * @description By login ID or address. The answer is the same, `invalid_credentials`, for an unknown or disabled member, a wrong password, too many failures and a login that is too unusual.
         */
        post: operations["logIn"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/login/mfa": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Complete login with a second factor
         * @description After `mfa_required`: six digits from the app, or a recovery code. Too many wrong factors cause a wait. They are counted over all logins of the account from unknown devices, and separately for each known device.
         */
        post: operations["logInSecondFactor"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/login/passkey/options": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Begin a login with a passkey alone
         * @description The response is the same for all members: the passkey itself names its owner.
         */
        post: operations["passkeyLoginOptions"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/login/passkey": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Log in with a passkey alone
         * @description The passkey has to verify its owner (PIN, finger, face) and then counts as both factors. Each challenge is valid for one try. Never answers `mfa_required`.
         */
        post: operations["passkeyLoginLogin"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/login/mfa/passkey/options": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Begin a second factor with a passkey
         * @description After `mfa_required`, where `methods` names `passkey`.
         */
        post: operations["passkeyLoginSecondFactorOptions"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/login/mfa/passkey": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Complete login with a passkey as the second factor
         * @description Tries are limited over all kinds of second factor and all logins from unknown devices, and separately for each known device.
         */
        post: operations["passkeyLoginSecondFactor"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/refresh": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Refresh the tokens
         * @description The refresh token is sent in the Authorization header, the body or the cookie. The previous token returns the same successor within the grace period. After it, the token does so only with the proof of a bound session, or if the answer seems to have been lost. An older token ends the session. A bound session always needs the proof.
         */
        post: operations["refreshTokens"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/verify": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Check whether an access token is valid
         * @description Similar to token introspection (RFC 7662). For access tokens only. The response gives the reason if the token is not valid.
         */
        post: operations["verifyToken"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/logout": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Log out
         * @description Send the access or the refresh token of the session. Both stop working at once. Logging out again changes nothing. The refresh token of a bound session needs its proof.
         */
        post: operations["logOut"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List my sessions
         * @description The last used session comes first. The list has no pages, because the number of sessions is limited.
         */
        get: operations["sessionsList"];
        put?: never;
        post?: never;
        /**
         * End all other sessions
         * @description Needs a login or password check within the last few minutes. Also invalidates open address changes and logins that are not complete.
         */
        delete: operations["sessionsEndAll"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/sessions/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * End one session
         * @description Ending another session than the current one needs a login or password check within the last few minutes. It also invalidates open address changes and logins that are not complete.
         */
        delete: operations["sessionsEnd"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/reauthenticate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Confirm the password or a passkey
         * @description Operations that answer `reauth_required` need this, or a login, within the last few minutes. Those that answer `factor_proof_required` need it with a code or a passkey. A member without a password confirms a passkey alone.
         */
        post: operations["reauthenticate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/reauthenticate/social": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Confirm a login at a provider
         * @description In place of the password. With the answer of a journey that began with `reauthenticate` in `POST /api/auth/social/{provider}/start`, for a linked account. The provider has to state that it has just asked for the login; Naver cannot, so log in again there.
         */
        post: operations["reauthenticateSocial"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/reauthenticate/passkey/options": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Begin to confirm a passkey
         * @description For `credential` of `POST auth/reauthenticate`. Without a password, set `userVerification` to `required`.
         */
        post: operations["reauthenticatePasskeyOptions"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/password-reset/send-code": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Mail a code and a link
         * @description The response is the same for known and unknown addresses. With `loginId`, a mail is sent only if both belong together.
         */
        post: operations["passwordResetSendCode"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/password-reset/confirm-code": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Exchange the code for a reset token
         * @description A wrong, used, expired or replaced code gets the same answer. A code allows five guesses, an address fifty a day.
         */
        post: operations["passwordResetConfirmCode"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/password-reset/confirm-link": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Exchange the link for a reset token
         * @description The mailed link contains the token, after #token=. Using it invalidates the code as well.
         */
        post: operations["passwordResetConfirmLink"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/password-reset/inspect-link": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Show the account that a reset link belongs to
         * @description For the page that the link opens. Changes nothing.
         */
        post: operations["passwordResetInspectLink"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/password-reset": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Set a new password
         * @description Works once. Ends all sessions, invalidates open codes and links, and notifies the member by mail. Does not log in.
         */
        post: operations["passwordResetComplete"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/login-id/send-code": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Mail a code
         * @description The response is the same for known and unknown addresses.
         */
        post: operations["loginIdSendCode"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/login-id/confirm-code": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Show the masked login ID
         * @description With `mailFullId` the full login ID is mailed. The reset token sets a new password.
         */
        post: operations["loginIdConfirmCode"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/members/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get my profile
         * @description Login ID, address, name, language and role of the signed-in member.
         */
        get: operations["meGet"];
        put?: never;
        post?: never;
        /**
         * Close my account
         * @description Takes effect at once. The account is erased after a grace period (14 days by default); a login before that restores it.
         */
        delete: operations["accountClose"];
        options?: never;
        head?: never;
        /**
         * Change my profile
         * @description Absent fields stay as they are; null removes the name.
         */
        patch: operations["meUpdate"];
        trace?: never;
    };
    "/api/members/me/password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Change the password
         * @description Ends all other sessions, invalidates open codes and links, and notifies the member by mail.
         */
        post: operations["changePassword"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/members/me/totp": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Show my authenticator app
         * @description Whether I have an authenticator app, and how many recovery codes are left. Passkeys have a list of their own.
         */
        get: operations["twoFactorStatusGet"];
        put?: never;
        /**
         * Set up an authenticator app
         * @description The secret is shown once and protects nothing until it is confirmed.
         */
        post: operations["twoFactorEnrol"];
        /**
         * Remove the app
         * @description Needs a recent login and a second factor: a code, or a recent login or check with one. A member with a passkey needs the passkey or a recovery code.
         */
        delete: operations["twoFactorRemove"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/members/me/totp/confirm": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Confirm the app with a first code
         * @description From now on logins need a second factor. Returns new recovery codes; earlier ones stop working.
         */
        post: operations["twoFactorConfirm"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/members/me/recovery-codes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Generate new recovery codes
         * @description The previous ones stop working. Needs a recent login and a second factor, as the removal of the app does.
         */
        post: operations["twoFactorRegenerate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/members/me/passkeys/options": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Begin to add a passkey
         * @description Returns what the browser needs to create one. The member's existing passkeys are excluded.
         */
        post: operations["passkeysOptions"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/members/me/passkeys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List my passkeys
         * @description Oldest first. The list has no pages, because the number of passkeys is limited.
         */
        get: operations["passkeysList"];
        put?: never;
        /**
         * Add a passkey
         * @description From now on logins need a second factor, or begin with a passkey. If this is the first second factor, the response contains the recovery codes.
         */
        post: operations["passkeysRegister"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/members/me/passkeys/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Remove a passkey
         * @description Needs a recent login. It also needs a passkey, proven in that login or by `POST /api/auth/reauthenticate`, or a recovery code. A code of the app is not enough. With the last second factor the recovery codes are removed as well.
         */
        delete: operations["passkeysRemove"];
        options?: never;
        head?: never;
        /**
         * Rename a passkey
         * @description null removes the name.
         */
        patch: operations["passkeysRename"];
        trace?: never;
    };
    "/api/members/me/identities": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List my linked accounts
         * @description Oldest link first.
         */
        get: operations["identitiesList"];
        put?: never;
        /**
         * Link an account at a provider
         * @description Needs the provider's answer to a login that `POST /api/auth/social/{provider}/start` began.
         */
        post: operations["identitiesLink"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/members/me/identities/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Unlink an account at a provider
         * @description Logins with it then no longer open this account. The last way in cannot be removed: a member keeps a password, a passkey that logs in alone, or a linked account.
         */
        delete: operations["identitiesUnlink"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/members/me/consents": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List my consents
         * @description Empty without CONSENTS.
         */
        get: operations["consentsList"];
        put?: never;
        /**
         * Give consents
         * @description Versions that are not in force yet are accepted too. A consent that is still in effect changes nothing. After a withdrawal it can be given again.
         */
        post: operations["consentsGive"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/members/me/consents/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Withdraw a consent
         * @description Only for documents that are not required.
         */
        delete: operations["consentsWithdraw"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/members/me/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Export what is held about me
         * @description Without secrets and the content of mails.
         */
        get: operations["meExport"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/members/me/security-events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the security events of my account
         * @description Newest first.
         */
        get: operations["timelineList"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/members/me/email/send-code": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Change the address
         * @description Mails a code and a link to the new address. The current address stays until one of them is confirmed.
         */
        post: operations["accountSendCode"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/members/me/email/confirm-code": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Confirm the new address by code
         * @description The previous address receives a mail with a link that undoes the change.
         */
        post: operations["accountConfirmCode"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/members/me/email/confirm-link": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Confirm the new address by link
         * @description Needs no login: the link proves the mailbox. The request for the change needed a recent login, or came from an administrator or the operator.
         */
        post: operations["accountConfirmLink"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/members/me/email/inspect-link": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Show the address change that a link confirms
         * @description For the page that the link opens. Changes nothing.
         */
        post: operations["accountInspectLink"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/members/me/email/undo/inspect": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Show the address change that a link undoes
         * @description For the page that the link opens. Changes nothing.
         */
        post: operations["accountInspectUndo"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/members/me/email/undo": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Undo an address change
         * @description Needs the link from the mail to the previous address. Restores that address, ends all sessions, invalidates the password and mails a link for a new one.
         */
        post: operations["accountUndo"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/not-me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Recover a compromised account ("It wasn't me")
         * @description Ends all sessions, invalidates the password and open codes and links, and mails a link for a new password to the mailbox of the used link. Where a recent address change left that mailbox, undoes the change. Works once. After `email_taken` all this was done, except that another account has the previous address: the address stays, and no mail is sent.
         */
        post: operations["notMeReport"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/not-me/inspect": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Show the event that a security mail was about
         * @description For the page that the link in the mail opens. Changes nothing.
         */
        post: operations["notMeInspect"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/login-diagnosis": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Explain why a person cannot log in
         * @description Recorded as `member.viewed` if the identifier leads to a member, otherwise as `members.listed`; not recorded if it is malformed. An API key sees only those `params` that its scopes open: of security events or of the outbox. Open to API keys with the scope `members:read`.
         */
        get: operations["loginDiagnosisDiagnose"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/imports": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the sources of imported accounts
         * @description The last import first. Open to API keys with the scope `members:read`.
         */
        get: operations["importsList"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/overview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Show what happened in the last hour, day or month
         * @description Counts over all servers. They are some seconds old; for a month up to a minute, and older days up to ten minutes. Open to API keys with the scope `security-events:read`.
         */
        get: operations["overviewShow"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/members": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List members
         * @description Newest first. Recorded as `members.listed`. Open to API keys with the scope `members:read`.
         */
        get: operations["membersAdminList"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/members/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Show a member
         * @description Recorded in the audit log as `member.viewed`. Open to API keys with the scope `members:read`.
         */
        get: operations["membersAdminLook"];
        put?: never;
        post?: never;
        /**
         * Erase a member
         * @description Closes the account and mails the member. The account is erased after the waiting period; a login in that time restores it. With `now` it is erased within minutes and no login restores it. Not for your own account: `forbidden`.
         */
        delete: operations["eraseMember"];
        options?: never;
        head?: never;
        /**
         * Disable or enable a member, change the role or attributes
         * @description Status and role take effect at once, on every replica: the sessions of the member end. Disabling also invalidates open codes, links and reset tokens. The last active administrator cannot be disabled or lose the role. Open to API keys with the scope `members:write`.
         */
        patch: operations["membersAdminChange"];
        trace?: never;
    };
    "/api/admin/members/{id}/password-reset": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Require a new password from a member
         * @description Ends the sessions and mails a link to set a new password. Until then, a login with the current password leads only to setting a new one; if the reason is `compromised`, it leads to nothing. Only the member ever sees or sets the password. Open to API keys with the scope `members:write`.
         */
        post: operations["membersAdminDemandPasswordReset"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/members/{id}/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the sessions of a member
         * @description Recorded as `member.viewed`. Open to API keys with the scope `security-events:read`.
         */
        get: operations["memberViewsListSessions"];
        put?: never;
        post?: never;
        /**
         * Log a member out everywhere
         * @description The member is notified by mail. Also invalidates open address changes and logins that wait for a second factor. Open to API keys with the scope `members:write`.
         */
        delete: operations["membersAdminEndSessions"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/members/{id}/sessions/{sessionId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * End one session of a member
         * @description The member is notified by mail. Open to API keys with the scope `members:write`.
         */
        delete: operations["membersAdminEndSession"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/members/{id}/totp": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Remove the authenticator app of a member who has lost it
         * @description Removes the recovery codes as well, unless the member has passkeys. The member is notified by mail. Not for your own account: `forbidden`.
         */
        delete: operations["membersAdminRemoveTotp"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/members/{id}/passkeys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Remove the passkeys of a member who has lost them
         * @description Removes all passkeys. The member is notified by mail. Not for your own account: `forbidden`.
         */
        delete: operations["membersAdminRemovePasskeys"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/members/{id}/unlock": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * End the wait after too many failed logins
         * @description For passwords and second factors. The member is notified by mail. Open to API keys with the scope `members:write`.
         */
        post: operations["membersAdminUnlock"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/invitations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List invitations
         * @description Newest first, until 30 days after their end. Recorded as `members.listed`. Open to API keys with the scope `members:read`.
         */
        get: operations["listInvitations"];
        put?: never;
        /**
         * Invite a person
         * @description Mails a code and a link; the person chooses login ID and password. The role `admin` needs a person: `person_required`. The invitation ends with the right of its inviter. Open to API keys with the scope `members:write`.
         */
        post: operations["invite"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/invitations/{id}/resend": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Mail an invitation again
         * @description With a new code and link, and a new lifetime. The sender of this request becomes its inviter. Open to API keys with the scope `members:write`.
         */
        post: operations["resendInvitation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/invitations/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Withdraw an invitation
         * @description Deletes it. Its code and link stop working. Open to API keys with the scope `members:write`.
         */
        delete: operations["withdrawInvitation"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/members/{id}/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Export what is held about a member
         * @description Without secrets and the content of mails. Needs a recent login. Recorded as `member.viewed`.
         */
        get: operations["exportMember"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/members/{id}/email": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Change a member's address
         * @description Mails a link to the new address, and a notice to the present one. The address changes when the link is used. The previous address then gets a link to undo it. Not for your own account: `forbidden`.
         */
        post: operations["correctMemberEmail"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/members/{id}/challenges": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List what a member has begun or has to wait for
         * @description Mailed codes and links, logins that wait for a second factor, and waits after failures. Recorded as `member.viewed`. Open to API keys with the scope `security-events:read`.
         */
        get: operations["memberViewsListChallenges"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/members/{id}/mails": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the mails to a member
         * @description Of the last 30 days, newest first, without their content. Recorded as `member.viewed`. Open to API keys with the scope `outbox:read`.
         */
        get: operations["memberViewsListMails"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/members/{id}/deliveries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the deliveries of the events of a member
         * @description Newest first. Recorded as `member.viewed`. Open to API keys with the scope `webhooks:write`.
         */
        get: operations["memberViewsListDeliveries"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/members/{id}/passkeys/{passkeyId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Remove one passkey of a member
         * @description The member is notified by mail. Not for your own account: `forbidden`.
         */
        delete: operations["removeMemberPasskey"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/members/{id}/identities/{identityId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Unlink a provider account of a member
         * @description It can then no longer log in to this account. Ends the sessions that a provider opened. The member is notified by mail. Not for your own account: `forbidden`.
         */
        delete: operations["unlinkMemberIdentity"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/security-events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List security events
         * @description The audit log of all accounts, newest first. Reading the events of one member is recorded as `member.viewed`. Open to API keys with the scope `security-events:read`.
         */
        get: operations["securityEventsAdminList"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/outbox": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List queued and sent mails
         * @description Newest first. Addresses are masked; the content of a mail is never shown. Open to API keys with the scope `outbox:read`.
         */
        get: operations["outboxAdminList"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/outbox/{id}/retry": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Retry a mail that could not be delivered
         * @description Only for a `dead` mail whose code or link is still valid; otherwise `mail_not_retryable`. Open to API keys with the scope `outbox:write`.
         */
        post: operations["outboxAdminRetry"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/api-keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List API keys
         * @description Newest first. Includes keys that have ended, because the audit log names keys by their id.
         */
        get: operations["apiKeysList"];
        put?: never;
        /**
         * Create an API key
         * @description The response is the only one that contains the key.
         */
        post: operations["apiKeysCreate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/api-keys/{id}/rotate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Add a second secret to an API key
         * @description The previous secret stays valid until the next rotation, so that programs can change over one by one. Two rotations end a secret that has leaked.
         */
        post: operations["apiKeysRotate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/api-keys/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Revoke an API key
         * @description Takes effect within a second on every replica, and ends the streams of the key.
         */
        delete: operations["apiKeysRevoke"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/webhooks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List webhooks
         * @description Open to API keys with the scope `webhooks:write`.
         */
        get: operations["webhooksList"];
        put?: never;
        /**
         * Create a webhook
         * @description It receives every change that commits after the response, which is the only one that contains the secret. Open to API keys with the scope `webhooks:write`.
         */
        post: operations["webhooksCreate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/webhooks/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Show one webhook
         * @description Open to API keys with the scope `webhooks:write`.
         */
        get: operations["webhooksGet"];
        put?: never;
        post?: never;
        /**
         * Delete a webhook with its deliveries
         * @description Open to API keys with the scope `webhooks:write`.
         */
        delete: operations["webhooksDelete"];
        options?: never;
        head?: never;
        /**
         * Change a webhook
         * @description Enabling it lets deliveries go on that have waited. Open to API keys with the scope `webhooks:write`.
         */
        patch: operations["webhooksUpdate"];
        trace?: never;
    };
    "/api/admin/webhooks/{id}/rotate-secret": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Replace the secret of a webhook
         * @description Deliveries carry signatures with both secrets for a day. Open to API keys with the scope `webhooks:write`.
         */
        post: operations["webhooksRotateSecret"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/webhooks/{id}/deliveries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the deliveries of a webhook
         * @description Newest first. Open to API keys with the scope `webhooks:write`.
         */
        get: operations["deliveriesList"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/webhooks/{id}/deliveries/{deliveryId}/retry": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send an event to a webhook again
         * @description For a delivery that was sent or is dead. The event has the same id, and may come after later ones. Open to API keys with the scope `webhooks:write`.
         */
        post: operations["deliveriesRetry"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/webhooks/{id}/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send a test to a webhook
         * @description Its type is `webhook.test` and its data is empty. It is not in the event log. Open to API keys with the scope `webhooks:write`.
         */
        post: operations["deliveriesTest"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/integrations/revocations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List or follow revocations
         * @description With `Accept: text/event-stream`, the response is a stream: everything in force, then each revocation as it happens, and `heartbeat` every five seconds. Heartbeats stop while the server may miss revocations. If no heartbeat arrives for some seconds, refuse all tokens. `Last-Event-ID` resumes. Revocations may repeat. Open to API keys with the scope `revocations:read`.
         */
        get: operations["revocationsRead"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/integrations/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read the event log
         * @description Oldest first; the events of one member are in order. Events are written while a webhook or an API key with `events:read` exists, and kept for at least EVENT_RETENTION_SECONDS. When a member is erased, `member.erased` replaces the member's events. Open to API keys with the scope `events:read`.
         */
        get: operations["eventLogRead"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/invitations/inspect": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Show the invitation that a link belongs to
         * @description Changes nothing. `already_confirmed`: it was accepted.
         */
        post: operations["invitationInspect"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/invitations/accept": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Accept an invitation
         * @description Needs the mailed token, or address and mailed code. Creates the member and logs in.
         */
        post: operations["invitationAccept"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/consents": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the documents in force
         * @description In the language of the request where there is one; empty without CONSENTS.
         */
        get: operations["consentDocuments"];
        put?: never;
        /**
         * Complete login with consents
         * @description After `terms_required`.
         */
        post: operations["logInConsents"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/social/providers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the configured providers
         * @description In the order in which pages show their buttons; empty without social login.
         */
        get: operations["socialProviders"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/social/{provider}/start": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Begin a login at a provider
         * @description The server makes and checks state, nonce and PKCE. The client sends `requestId`, and `state` and `code` of the redirect, to `complete`. To link an account, it sends them to `POST /api/members/me/identities`.
         */
        post: operations["socialStart"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/social/{provider}/complete": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Log in with the provider's answer
         * @description Works once, and only with the `requestId` of the same client. Risk, second factor and the member's status count as in a login with a password. If no member has linked the provider's account, the answer is `sign_up_required`.
         */
        post: operations["socialComplete"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/social/{provider}/native": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Log in with an ID token of a provider's SDK
         * @description For apps on phones. The token has to name one of SOCIAL_…_NATIVE_AUDIENCES and the nonce, and works once.
         */
        post: operations["socialNative"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/social/sign-up": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Sign up with an account at a provider
         * @description After `sign_up_required`. If the provider vouches for the address and no account has it, the member is created at once. Otherwise the answer is the same with and without an account: a new address gets a code and a link, the owner of an account is informed by mail.
         */
        post: operations["socialSignUp"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/.well-known/jwks.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Public keys of access tokens
         * @description A JWK set (RFC 7517). Empty where access tokens are signed with a shared secret.
         */
        get: operations["jwks"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/.well-known/oauth-authorization-server": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Metadata of this server
         * @description RFC 8414, for libraries and gateways that configure themselves. If the issuer has a path, the document is also found at this path followed by that of the issuer.
         */
        get: operations["serverMetadata"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/.well-known/openid-configuration": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Metadata of this server, where many libraries look first
         * @description The same document. This server is not an OpenID provider.
         */
        get: operations["openidConfiguration"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/introspect": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Introspect an access token
         * @description RFC 7662, for gateways. The API key is sent as bearer token, or as the password of HTTP Basic with any user name. Open to API keys with the scope `revocations:read`.
         */
        post: operations["introspectToken"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/health/live": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Check whether the process is alive
         * @description Ignores the database and other dependencies: a restart would not repair them.
         */
        get: operations["healthLive"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/health/ready": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Check whether the server can handle requests
         * @description 503 while the database does not answer, and from the moment the server begins to shut down.
         */
        get: operations["healthReady"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Metrics for Prometheus
         * @description Off in production unless METRICS_ENABLED is set; METRICS_PORT serves them on a separate port.
         */
        get: operations["metricsRead"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /**
         * @description Stable; programs decide by it
         * @enum {string}
         */
        ErrorCode: "malformed_json" | "bad_request" | "query_not_allowed" | "code_invalid" | "passkey_invalid" | "passkey_changed" | "link_invalid" | "link_expired" | "sign_up_invalid" | "invitation_invalid" | "invitation_expired" | "social_login_failed" | "token_expired" | "token_invalid" | "session_ended" | "token_reused" | "proof_required" | "proof_invalid" | "proof_stale" | "api_key_invalid" | "invalid_credentials" | "forbidden" | "reauth_required" | "two_factor_required" | "factor_proof_required" | "person_required" | "insufficient_scope" | "address_not_allowed" | "origin_not_allowed" | "refused_by_product" | "sign_up_closed" | "not_found" | "method_not_allowed" | "request_timeout" | "already_confirmed" | "login_id_taken" | "email_taken" | "invitation_pending" | "identity_taken" | "totp_already_enabled" | "totp_not_enabled" | "passkey_limit_reached" | "last_way_in" | "last_admin" | "member_not_active" | "mail_not_retryable" | "webhook_disabled" | "webhook_limit_reached" | "cursor_expired" | "payload_too_large" | "unsupported_media_type" | "validation_failed" | "consent_required" | "password_too_common" | "too_many_requests" | "too_many_attempts" | "headers_too_large" | "internal_error" | "service_unavailable" | "provider_unavailable" | "overloaded";
        ProblemField: {
            /** @example This is not an email address that we can send to. */
            message: string;
            /** @example email */
            field: string;
            /** @example email_invalid */
            code: string;
        };
        Problem: {
            /**
             * @description In the language of the request
             * @example Input not accepted
             */
            title: string;
            /** @example 422 */
            status: number;
            /**
             * @description In the language of the request
             * @example Some of the input is not valid. See errors.
             */
            detail: string;
            code: components["schemas"]["ErrorCode"];
            /**
             * Format: uuid
             * @description To quote when asking for help
             */
            requestId: string;
            /**
             * @description With `refused_by_product`: the code of the product's own backend. With `passkey_invalid`: `unknown_credential`
             * @example plan_expired
             */
            reason?: string;
            /** @description Seconds, as in Retry-After */
            retryAfter?: number;
            /** @example urn:munjigi:problem:validation_failed */
            type: string;
            errors?: components["schemas"]["ProblemField"][];
        };
        SignUpTermsResponse: {
            /** @enum {string} */
            mode: "open" | "domains" | "invited";
            /** @description With `domains`: the mail domains that may sign up */
            domains: string[];
        };
        /**
         * @description Language of mails; taken from Accept-Language when absent
         * @enum {string}
         */
        Locale: "en" | "ko" | (string & {});
        ConsentChoice: {
            /** @example terms */
            id: string;
            /** @example 2026-12 */
            version: string;
        };
        SignUpRequest: {
            /**
             * @description The name the member logs in with: 4 to 32 of a–z, 0–9, dot, underscore and hyphen, beginning with a letter; upper and lower case are the same
             * @example ada.lovelace
             */
            loginId: string;
            /**
             * Format: idn-email
             * @description One plain address of at most 254 characters
             * @example ada@example.com
             */
            email: string;
            /**
             * Format: password
             * @description At least 8 characters (as configured), not common, not easily guessed; any characters except control characters, including spaces and emoji
             * @example Tall-giraffes-nap-at-noon-42
             */
            password: string;
            /**
             * @description How the member is addressed
             * @example Ada Lovelace
             */
            name?: string | null;
            /**
             * @description Language of mails; taken from Accept-Language when absent
             * @example ko
             * @enum {string}
             */
            locale?: "en" | "ko";
            /** @example {} */
            attributes?: {
                [key: string]: unknown;
            };
            /** @example [] */
            consents?: components["schemas"]["ConsentChoice"][];
            /**
             * @description From an earlier response for the same address: replaces that sign-up. A code already mailed stays valid until another is mailed
             * @example p0w3nQ3p5yv7XQv2fJ4yO0dG1bR8mZkTt6uHcS9aLxE
             */
            signUpId?: string;
        };
        SignUpResponse: {
            /**
             * @description Seconds until the same request can send another mail; an earlier request sends none
             * @example 60
             */
            resendAfter: number;
            /**
             * @description Seconds until the mailed code expires
             * @example 600
             */
            expiresIn: number;
            /** @description Opaque id of this sign-up; only this client receives it, so keep it */
            signUpId: string;
        };
        ResendSignUpRequest: {
            /**
             * @description From the response of the sign-up
             * @example p0w3nQ3p5yv7XQv2fJ4yO0dG1bR8mZkTt6uHcS9aLxE
             */
            signUpId: string;
        };
        InspectedSignUpResponse: {
            /** @example ada.lovelace */
            loginId: string;
            /** Format: date-time */
            requestedAt: string;
            /** Format: date-time */
            expiresAt: string;
        };
        /**
         * @description cookie: refresh and device token travel in HttpOnly cookies; needs an Origin on the allow-list
         * @default body
         * @enum {string}
         */
        TokenTransport: "body" | "cookie";
        /**
         * @description With a proof in the header DPoP (RFC 9449). refresh: refreshes need a proof by that key; full: calls with the access token as well
         * @default refresh
         * @enum {string}
         */
        SessionBinding: "refresh" | "full";
        ConfirmSignUpByCodeRequest: {
            /**
             * @description From the response of the sign-up
             * @example p0w3nQ3p5yv7XQv2fJ4yO0dG1bR8mZkTt6uHcS9aLxE
             */
            signUpId: string;
            /**
             * @description Six digits; blanks, hyphens and other separators are ignored
             * @example 048213
             */
            code: string;
            /**
             * @description Another login ID, after 409 login_id_taken
             * @example ada.lovelace
             */
            loginId?: string;
            /** @example [] */
            consents?: components["schemas"]["ConsentChoice"][];
            /**
             * @description Shown in the list of sessions
             * @example Ada's phone
             */
            deviceName?: string;
            transport?: components["schemas"]["TokenTransport"];
            binding?: components["schemas"]["SessionBinding"];
        };
        TokenResponse: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            status: "authenticated";
            /**
             * @description DPoP after `binding: full`: calls need `Authorization: DPoP …` and a proof
             * @enum {string}
             */
            tokenType: "Bearer" | "DPoP";
            /**
             * @description Seconds until the access token expires
             * @example 600
             */
            expiresIn: number;
            /**
             * @description Seconds until the refresh token expires
             * @example 1209600
             */
            refreshExpiresIn: number;
            /** Format: uuid */
            sessionId: string;
            /** @description JWT for `Authorization: Bearer …` or `DPoP …`, as tokenType names it */
            accessToken: string;
            /** @description JWT for POST /api/auth/refresh. Absent with cookie transport */
            refreshToken?: string;
            /** @description Only on the first login of a device: keep it and send it with later logins. Absent with cookie transport */
            deviceToken?: string;
        };
        ConfirmSignUpByLinkRequest: {
            /**
             * @description From the mailed link, after #token=
             * @example p0w3nQ3p5yv7XQv2fJ4yO0dG1bR8mZkTt6uHcS9aLxE
             */
            token: string;
            /**
             * @description Shows that the same client began the sign-up
             * @example p0w3nQ3p5yv7XQv2fJ4yO0dG1bR8mZkTt6uHcS9aLxE
             */
            signUpId?: string;
            /**
             * Format: password
             * @description The password of the sign-up, for clients that do not have the signUpId
             * @example Tall-giraffes-nap-at-noon-42
             */
            password?: string;
            /**
             * @description Another login ID, after 409 login_id_taken
             * @example ada.lovelace
             */
            loginId?: string;
            /** @example [] */
            consents?: components["schemas"]["ConsentChoice"][];
            /**
             * @description Shown in the list of sessions
             * @example Ada's phone
             */
            deviceName?: string;
            transport?: components["schemas"]["TokenTransport"];
            binding?: components["schemas"]["SessionBinding"];
        };
        SignUpLinkRequest: {
            /**
             * @description From the mailed link, after #token=
             * @example p0w3nQ3p5yv7XQv2fJ4yO0dG1bR8mZkTt6uHcS9aLxE
             */
            token: string;
        };
        InspectedSignUpLinkResponse: {
            /** @example ada.lovelace */
            loginId: string;
            /** Format: date-time */
            requestedAt: string;
            /** Format: date-time */
            expiresAt: string;
            /** @description False after a login at a provider: the link then works only with the `signUpId` */
            hasPassword: boolean;
        };
        InvitationLinkRequest: {
            /**
             * @description From the mailed link, after #token=
             * @example p0w3nQ3p5yv7XQv2fJ4yO0dG1bR8mZkTt6uHcS9aLxE
             */
            token: string;
        };
        InspectedInvitationResponse: {
            /**
             * Format: email
             * @description The invited address, which cannot be changed
             * @example ada@example.com
             */
            email: string;
            /** @enum {string} */
            role: "member" | "admin";
            /**
             * @description Set by the inviter; values that the invited person sends for them are ignored
             * @example {}
             */
            attributes: {
                [key: string]: unknown;
            };
            /** Format: date-time */
            expiresAt: string;
        };
        AcceptInvitationRequest: {
            /**
             * @description From the mailed link, after #token=; or `email` and `code`
             * @example p0w3nQ3p5yv7XQv2fJ4yO0dG1bR8mZkTt6uHcS9aLxE
             */
            token?: string;
            /**
             * Format: idn-email
             * @description One plain address of at most 254 characters
             * @example ada@example.com
             */
            email?: string;
            /**
             * @description Six digits; blanks, hyphens and other separators are ignored
             * @example 048213
             */
            code?: string;
            /**
             * @description The name the member logs in with: 4 to 32 of a–z, 0–9, dot, underscore and hyphen, beginning with a letter; upper and lower case are the same
             * @example ada.lovelace
             */
            loginId: string;
            /**
             * Format: password
             * @description At least 8 characters (as configured), not common, not easily guessed; any characters except control characters, including spaces and emoji
             * @example Tall-giraffes-nap-at-noon-42
             */
            password: string;
            /**
             * @description How the member is addressed
             * @example Ada Lovelace
             */
            name?: string | null;
            /**
             * @description Language of mails; taken from Accept-Language when absent
             * @example ko
             * @enum {string}
             */
            locale?: "en" | "ko";
            /** @example {} */
            attributes?: {
                [key: string]: unknown;
            };
            /** @example [] */
            consents?: components["schemas"]["ConsentChoice"][];
            /**
             * @description Shown in the list of sessions
             * @example Ada's phone
             */
            deviceName?: string;
            transport?: components["schemas"]["TokenTransport"];
            binding?: components["schemas"]["SessionBinding"];
        };
        CheckLoginIdRequest: {
            /** @example ada.lovelace */
            loginId: string;
        };
        LoginIdAvailabilityResponse: {
            /** @enum {string} */
            reason?: "invalid" | "reserved" | "taken";
            available: boolean;
        };
        SendLoginIdCodeRequest: {
            /**
             * Format: idn-email
             * @description One plain address of at most 254 characters
             * @example ada@example.com
             */
            email: string;
        };
        CodeSentResponse: {
            /**
             * @description Seconds until the same request can send another mail; an earlier request sends none
             * @example 60
             */
            resendAfter: number;
            /**
             * @description Seconds until the mailed code expires
             * @example 600
             */
            expiresIn: number;
            /** @description Sent back together with the code; of no use without it */
            requestId: string;
        };
        ConfirmLoginIdCodeRequest: {
            /**
             * @description From the response of send-code
             * @example p0w3nQ3p5yv7XQv2fJ4yO0dG1bR8mZkTt6uHcS9aLxE
             */
            requestId: string;
            /**
             * @description Six digits; blanks, hyphens and other separators are ignored
             * @example 048213
             */
            code: string;
            /**
             * @description Mail the full login ID to the address
             * @default false
             */
            mailFullId?: boolean;
        };
        FoundLoginIdResponse: {
            /** @example ad***e */
            maskedLoginId: string;
            /**
             * @description Year and month of the sign-up
             * @example 2026-11
             */
            memberSince: string;
            /** @description Sets a new password, at POST /api/auth/password-reset */
            resetToken: string;
        };
        ConsentDocumentResponse: {
            /** @example https://example.com/terms */
            url: string | null;
            /**
             * @description SHA-256 of the document's text if the file CONSENTS declares it, otherwise of the declaration; in hexadecimal
             * @example e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
             */
            sha256: string;
            /** @example terms */
            id: string;
            /** @example 2026-12 */
            version: string;
            /** @example en */
            language: string;
            title: string;
            required: boolean;
            /** @description Whether consent to the document allows advertising */
            marketing: boolean;
            /** Format: date-time */
            effectiveFrom: string;
        };
        TermsRequiredResponse: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            status: "terms_required";
            /**
             * @description Seconds
             * @example 1800
             */
            expiresIn: number;
            /** @description Valid only for POST /api/auth/consents */
            termsToken: string;
            /** @description What the member has to agree to */
            documents: components["schemas"]["ConsentDocumentResponse"][];
        };
        ConfirmationRequiredResponse: {
            /**
             * @description Seconds until the same request can send another mail; an earlier request sends none
             * @example 60
             */
            resendAfter: number;
            /**
             * @description Seconds until the mailed code expires
             * @example 600
             */
            expiresIn: number;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            status: "confirmation_required";
            /** @description For the routes of /api/auth/sign-up, together with the mailed code; only this client receives it */
            signUpId: string;
        };
        MfaRequiredResponse: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            status: "mfa_required";
            methods: ("totp" | "passkey" | "recovery_code")[];
            /**
             * @description Seconds
             * @example 300
             */
            expiresIn: number;
            /** @description Valid only for POST /api/auth/login/mfa and /api/auth/login/mfa/passkey */
            mfaToken: string;
        };
        PasswordChangeRequiredResponse: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            status: "password_change_required";
            /**
             * @description Seconds
             * @example 600
             */
            expiresIn: number;
            /** @description For POST /api/auth/password-reset */
            resetToken: string;
        };
        LoginRequest: {
            /**
             * @description Login ID or email address
             * @example ada.lovelace
             */
            identifier: string;
            /**
             * Format: password
             * @example Tall-giraffes-nap-at-noon-42
             */
            password: string;
            /**
             * @description Shown in the list of sessions
             * @example Ada's phone
             */
            deviceName?: string;
            /**
             * @description From an earlier login on this device; shows that the device is known
             * @example p0w3nQ3p5yv7XQv2fJ4yO0dG1bR8mZkTt6uHcS9aLxE
             */
            deviceToken?: string;
            transport?: components["schemas"]["TokenTransport"];
            binding?: components["schemas"]["SessionBinding"];
        };
        SecondFactorRequest: {
            /**
             * @description From the response mfa_required
             * @example p0w3nQ3p5yv7XQv2fJ4yO0dG1bR8mZkTt6uHcS9aLxE
             */
            mfaToken: string;
            /**
             * @description Six digits from the app, or a recovery code; separators are ignored
             * @example 048213
             */
            code: string;
            binding?: components["schemas"]["SessionBinding"];
        };
        EmptyRequest: Record<string, never>;
        RequestOptionsResponse: {
            /**
             * @description For `navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(publicKey) })`
             * @example {
             *       "rpId": "example.com",
             *       "challenge": "p0w3nQ3p5yv7XQv2fJ4yO0dG1bR8mZkTt6uHcS9aLxE",
             *       "userVerification": "required",
             *       "timeout": 300000
             *     }
             */
            publicKey: Record<string, never>;
            /**
             * @description Seconds
             * @example 300
             */
            expiresIn: number;
        };
        PasskeyLoginRequest: {
            /**
             * @description `toJSON()` of the result of `navigator.credentials.get()`; binary members are base64url without padding (RFC 4648 section 5)
             * @example {
             *       "id": "F1DcLtrGRYbUVPGhDqSjvJqxXvzLw9bRC9mKmQ3xy1c",
             *       "rawId": "F1DcLtrGRYbUVPGhDqSjvJqxXvzLw9bRC9mKmQ3xy1c",
             *       "type": "public-key",
             *       "response": {
             *         "clientDataJSON": "eyJ0eXBlIjoid2ViYXV0aG4uZ2V0In0",
             *         "authenticatorData": "SZYN5YgOjGh0NBcPZHZgW4_krrmihjLHmVzzuoMdl2MFAAAAAA",
             *         "signature": "MEUCIQDGo5wL8V4xE0mXl6rZlq0",
             *         "userHandle": "Sw88Hm8NTFWdCg9PT08sEQ"
             *       },
             *       "clientExtensionResults": {}
             *     }
             */
            credential: Record<string, never>;
            /**
             * @description Shown in the list of sessions
             * @example Ada's phone
             */
            deviceName?: string;
            /**
             * @description From an earlier login on this device; shows that the device is known
             * @example p0w3nQ3p5yv7XQv2fJ4yO0dG1bR8mZkTt6uHcS9aLxE
             */
            deviceToken?: string;
            transport?: components["schemas"]["TokenTransport"];
            binding?: components["schemas"]["SessionBinding"];
        };
        MfaTokenRequest: {
            /**
             * @description From the response mfa_required
             * @example p0w3nQ3p5yv7XQv2fJ4yO0dG1bR8mZkTt6uHcS9aLxE
             */
            mfaToken: string;
        };
        SecondFactorPasskeyRequest: {
            /**
             * @description From the response mfa_required
             * @example p0w3nQ3p5yv7XQv2fJ4yO0dG1bR8mZkTt6uHcS9aLxE
             */
            mfaToken: string;
            /**
             * @description `toJSON()` of the result of `navigator.credentials.get()`; binary members are base64url without padding (RFC 4648 section 5)
             * @example {
             *       "id": "F1DcLtrGRYbUVPGhDqSjvJqxXvzLw9bRC9mKmQ3xy1c",
             *       "rawId": "F1DcLtrGRYbUVPGhDqSjvJqxXvzLw9bRC9mKmQ3xy1c",
             *       "type": "public-key",
             *       "response": {
             *         "clientDataJSON": "eyJ0eXBlIjoid2ViYXV0aG4uZ2V0In0",
             *         "authenticatorData": "SZYN5YgOjGh0NBcPZHZgW4_krrmihjLHmVzzuoMdl2MFAAAAAA",
             *         "signature": "MEUCIQDGo5wL8V4xE0mXl6rZlq0",
             *         "userHandle": "Sw88Hm8NTFWdCg9PT08sEQ"
             *       },
             *       "clientExtensionResults": {}
             *     }
             */
            credential: Record<string, never>;
            binding?: components["schemas"]["SessionBinding"];
        };
        ConsentDocumentListResponse: {
            items: components["schemas"]["ConsentDocumentResponse"][];
        };
        AcceptTermsRequest: {
            /**
             * @description From the response terms_required
             * @example p0w3nQ3p5yv7XQv2fJ4yO0dG1bR8mZkTt6uHcS9aLxE
             */
            termsToken: string;
            /** @example [] */
            consents: components["schemas"]["ConsentChoice"][];
            binding?: components["schemas"]["SessionBinding"];
        };
        SocialProviderResponse: {
            /** @example google */
            id: string;
            /** @example Google */
            name: string;
        };
        SocialProviderListResponse: {
            items: components["schemas"]["SocialProviderResponse"][];
        };
        StartSocialLoginRequest: {
            /**
             * @description One of SOCIAL_REDIRECT_URIS; default the first
             * @example https://app.example.com/social
             */
            redirectUri?: string;
            transport?: components["schemas"]["TokenTransport"];
            /** @description For `POST /api/auth/reauthenticate/social`: the provider asks for the login again. Not at Naver */
            reauthenticate?: boolean;
            binding?: components["schemas"]["SessionBinding"];
        };
        StartedSocialLoginResponse: {
            /**
             * @description Seconds
             * @example 600
             */
            expiresIn: number;
            /** @description Open it in the browser */
            authorizationUrl: string;
            /** @description A secret of this client: keep it until the provider has answered */
            requestId: string;
        };
        SignUpRequiredResponse: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            status: "sign_up_required";
            /**
             * @description The address that the provider states
             * @example ada@example.com
             */
            email?: string;
            /**
             * @description A suggestion: another member may already have it
             * @example ada.lovelace
             */
            suggestedLoginId: string;
            /**
             * @description Seconds
             * @example 1800
             */
            expiresIn: number;
            /** @description For POST /api/auth/social/sign-up; only this client receives it, so keep it */
            signUpId: string;
            /** @description Whether this address needs no mailed code */
            emailProven: boolean;
        };
        CompleteSocialLoginRequest: {
            /**
             * @description From the response of `start`; only this client has it
             * @example p0w3nQ3p5yv7XQv2fJ4yO0dG1bR8mZkTt6uHcS9aLxE
             */
            requestId: string;
            /**
             * @description As the provider sent it
             * @example 4/0AeanS0Zc1
             */
            code: string;
            /**
             * @description As the provider sent it
             * @example p0w3nQ3p5yv7XQv2fJ4yO0dG1bR8mZkTt6uHcS9aLxE
             */
            state: string;
            /**
             * @description As the provider sent it, if it did (RFC 9207)
             * @example https://accounts.google.com
             */
            iss?: string;
            /**
             * @description Shown in the list of sessions
             * @example Ada's phone
             */
            deviceName?: string;
            /**
             * @description From an earlier login on this device; shows that the device is known
             * @example p0w3nQ3p5yv7XQv2fJ4yO0dG1bR8mZkTt6uHcS9aLxE
             */
            deviceToken?: string;
        };
        NativeSocialLoginRequest: {
            /**
             * @description From the SDK of the provider
             * @example eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl
             */
            idToken: string;
            /**
             * @description A random text of 16 characters or more that does not look like a SHA-256 in lower-case hexadecimal. Send the text itself, also if the app gave the SDK its SHA-256
             * @example p0w3nQ3p5yv7XQv2fJ4yO0dG1bR8mZkT
             */
            nonce: string;
            /**
             * @description Only for Sign in with Apple: exchanged for the token with which unlinking takes the permission back
             * @example c1b2a3.0.mrtuw.Zk
             */
            authorizationCode?: string;
            /**
             * @description Shown in the list of sessions
             * @example Ada's phone
             */
            deviceName?: string;
            /**
             * @description From an earlier login on this device; shows that the device is known
             * @example p0w3nQ3p5yv7XQv2fJ4yO0dG1bR8mZkTt6uHcS9aLxE
             */
            deviceToken?: string;
            binding?: components["schemas"]["SessionBinding"];
        };
        SocialSignUpRequest: {
            /**
             * @description From the response sign_up_required
             * @example p0w3nQ3p5yv7XQv2fJ4yO0dG1bR8mZkTt6uHcS9aLxE
             */
            signUpId: string;
            /**
             * @description The name the member logs in with: 4 to 32 of a–z, 0–9, dot, underscore and hyphen, beginning with a letter; upper and lower case are the same
             * @example ada.lovelace
             */
            loginId: string;
            /**
             * Format: idn-email
             * @description One plain address of at most 254 characters
             * @example ada@example.com
             */
            email?: string;
            /**
             * @description How the member is addressed
             * @example Ada Lovelace
             */
            name?: string | null;
            /**
             * @description Language of mails; taken from Accept-Language when absent
             * @example ko
             * @enum {string}
             */
            locale?: "en" | "ko";
            /** @example {} */
            attributes?: {
                [key: string]: unknown;
            };
            /** @example [] */
            consents?: components["schemas"]["ConsentChoice"][];
        };
        RefreshRequest: {
            /**
             * @description If it is not in the Authorization header or the cookie
             * @example p0w3nQ3p5yv7XQv2fJ4yO0dG1bR8mZkTt6uHcS9aLxE
             */
            refreshToken?: string;
            /**
             * @description From a login on this device. Helps where an answer was lost and the user agent has changed since
             * @example p0w3nQ3p5yv7XQv2fJ4yO0dG1bR8mZkTt6uHcS9aLxE
             */
            deviceToken?: string;
        };
        RefreshResponse: {
            /** @enum {string} */
            status: "authenticated";
            /**
             * @description DPoP after `binding: full`: calls need `Authorization: DPoP …` and a proof
             * @enum {string}
             */
            tokenType: "Bearer" | "DPoP";
            /**
             * @description Seconds until the access token expires
             * @example 600
             */
            expiresIn: number;
            /**
             * @description Seconds until the refresh token expires
             * @example 1209600
             */
            refreshExpiresIn: number;
            /** Format: uuid */
            sessionId: string;
            /**
             * @description replayed: another refresh with the same token came first, and this is the same successor
             * @enum {string}
             */
            outcome: "rotated" | "replayed";
            /** @description JWT for `Authorization: Bearer …` or `DPoP …`, as tokenType names it */
            accessToken: string;
            /** @description JWT for POST /api/auth/refresh. Absent with cookie transport */
            refreshToken?: string;
            /** @description Only on the first login of a device: keep it and send it with later logins. Absent with cookie transport */
            deviceToken?: string;
        };
        VerifyTokenRequest: {
            /**
             * @description An access token
             * @example eyJhbGciOiJFUzI1NiJ9.e30.c2ln
             */
            token: string;
        };
        /** @enum {string} */
        Role: "member" | "admin";
        /** @description Present if calls with this token need a proof by this key (RFC 9449 section 6) */
        KeyConfirmation: {
            /**
             * @description Thumbprint of the key (RFC 7638)
             * @example bcxkXQMqgbG8hTpvGJRQqYKQd2xXhj8x6nJ9R8mZk0Q
             */
            jkt: string;
        };
        VerifiedTokenResponse: {
            /**
             * Format: uuid
             * @description The member
             */
            sub?: string;
            /**
             * Format: uuid
             * @description The session
             */
            sid?: string;
            role?: components["schemas"]["Role"];
            /** @description Issued at, seconds since 1970 */
            iat?: number;
            /** @description Expires at, seconds since 1970 */
            exp?: number;
            /** @enum {string} */
            reason?: "expired" | "revoked" | "invalid";
            active: boolean;
            cnf?: components["schemas"]["KeyConfirmation"];
        };
        LogoutRequest: {
            /**
             * @description If it is not in the Authorization header or the cookie
             * @example p0w3nQ3p5yv7XQv2fJ4yO0dG1bR8mZkTt6uHcS9aLxE
             */
            refreshToken?: string;
        };
        SendResetCodeRequest: {
            /**
             * Format: idn-email
             * @description One plain address of at most 254 characters
             * @example ada@example.com
             */
            email: string;
            /**
             * @description If given, a mail is sent only if the login ID belongs to the address
             * @example ada.lovelace
             */
            loginId?: string;
        };
        ConfirmCodeRequest: {
            /**
             * @description From the response of send-code
             * @example p0w3nQ3p5yv7XQv2fJ4yO0dG1bR8mZkTt6uHcS9aLxE
             */
            requestId: string;
            /**
             * @description Six digits; blanks, hyphens and other separators are ignored
             * @example 048213
             */
            code: string;
        };
        ResetTokenResponse: {
            /**
             * @description Seconds
             * @example 600
             */
            expiresIn: number;
            /** @description Sets a new password once, at POST /api/auth/password-reset */
            resetToken: string;
        };
        ResetLinkRequest: {
            /**
             * @description From the mailed link, after #token=
             * @example p0w3nQ3p5yv7XQv2fJ4yO0dG1bR8mZkTt6uHcS9aLxE
             */
            token: string;
        };
        ResetTokenByLinkResponse: {
            /**
             * @description Seconds
             * @example 600
             */
            expiresIn: number;
            /** @description Sets a new password once, at POST /api/auth/password-reset */
            resetToken: string;
            /** @example ad***e */
            maskedLoginId: string;
        };
        InspectedResetLinkResponse: {
            /** @example ad***e */
            maskedLoginId: string;
            /** Format: date-time */
            requestedAt: string;
            /** Format: date-time */
            expiresAt: string;
        };
        ResetPasswordRequest: {
            /**
             * Format: password
             * @description At least 8 characters (as configured), not common, not easily guessed; any characters except control characters, including spaces and emoji
             * @example Nine-otters-knit-at-dawn-17
             */
            newPassword: string;
            /**
             * @description If it is not in the Authorization header
             * @example p0w3nQ3p5yv7XQv2fJ4yO0dG1bR8mZkTt6uHcS9aLxE
             */
            resetToken?: string;
        };
        ReauthenticateRequest: {
            /**
             * Format: password
             * @description Absent with a passkey that logs in alone, for which the browser has verified its user
             * @example Tall-giraffes-nap-at-noon-42
             */
            password?: string;
            /**
             * @description Six digits from the app, or a recovery code; separators are ignored
             * @example 048213
             */
            code?: string;
            /**
             * @description `toJSON()` of the result of `navigator.credentials.get()`; binary members are base64url without padding (RFC 4648 section 5)
             * @example {
             *       "id": "F1DcLtrGRYbUVPGhDqSjvJqxXvzLw9bRC9mKmQ3xy1c",
             *       "rawId": "F1DcLtrGRYbUVPGhDqSjvJqxXvzLw9bRC9mKmQ3xy1c",
             *       "type": "public-key",
             *       "response": {
             *         "clientDataJSON": "eyJ0eXBlIjoid2ViYXV0aG4uZ2V0In0",
             *         "authenticatorData": "SZYN5YgOjGh0NBcPZHZgW4_krrmihjLHmVzzuoMdl2MFAAAAAA",
             *         "signature": "MEUCIQDGo5wL8V4xE0mXl6rZlq0",
             *         "userHandle": "Sw88Hm8NTFWdCg9PT08sEQ"
             *       },
             *       "clientExtensionResults": {}
             *     }
             */
            credential?: Record<string, never>;
        };
        SocialReauthenticationRequest: {
            /**
             * @description From the response of `start`; only this client has it
             * @example p0w3nQ3p5yv7XQv2fJ4yO0dG1bR8mZkTt6uHcS9aLxE
             */
            requestId: string;
            /**
             * @description As the provider sent it
             * @example 4/0AeanS0Zc1
             */
            code: string;
            /**
             * @description As the provider sent it
             * @example p0w3nQ3p5yv7XQv2fJ4yO0dG1bR8mZkTt6uHcS9aLxE
             */
            state: string;
            /**
             * @description As the provider sent it, if it did (RFC 9207)
             * @example https://accounts.google.com
             */
            iss?: string;
            /**
             * @description The id of a configured provider
             * @example kakao
             */
            provider: string;
        };
        JsonWebKeySet: {
            /**
             * @example [
             *       {
             *         "kty": "EC",
             *         "crv": "P-256",
             *         "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
             *         "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
             *         "kid": "kid",
             *         "use": "sig",
             *         "alg": "ES256"
             *       }
             *     ]
             */
            keys: {
                [key: string]: unknown;
            }[];
        };
        ServerMetadataResponse: {
            /**
             * @description The `iss` of every token
             * @example https://accounts.example.com
             */
            issuer: string;
            /**
             * Format: uri
             * @description Absent where access tokens are signed with a shared secret
             * @example https://accounts.example.com/.well-known/jwks.json
             */
            jwks_uri?: string;
            /**
             * @description Algorithms of access tokens; absent if jwks_uri is absent
             * @example [
             *       "ES256"
             *     ]
             */
            id_token_signing_alg_values_supported?: string[];
            /**
             * Format: uri
             * @example https://accounts.example.com/api/auth/introspect
             */
            introspection_endpoint: string;
            /**
             * @example [
             *       "client_secret_basic",
             *       "Bearer"
             *     ]
             */
            introspection_endpoint_auth_methods_supported: string[];
            /**
             * @example [
             *       "ES256",
             *       "EdDSA"
             *     ]
             */
            dpop_signing_alg_values_supported: string[];
            /**
             * @description Empty: there is no authorization endpoint
             * @example []
             */
            response_types_supported: string[];
            /**
             * @description Empty: tokens come from this API
             * @example []
             */
            grant_types_supported: string[];
        };
        IntrospectionRequest: {
            /**
             * @description An access token
             * @example eyJhbGciOiJFUzI1NiJ9.e30.c2ln
             */
            token: string;
            /** @description Ignored: only access tokens can be active */
            token_type_hint?: string;
        };
        /** @enum {string} */
        AccessTokenType: "Bearer" | "DPoP";
        /** @description Claims are named as in the token (RFC 7662, RFC 9068). The token hook may add others. For a token that is not active, only `active` is present */
        IntrospectionResponse: {
            token_type?: components["schemas"]["AccessTokenType"];
            /** @description One API, or a list of several */
            aud?: string | string[];
            /**
             * Format: uuid
             * @description The member
             */
            sub?: string;
            /**
             * Format: uuid
             * @description The session
             */
            sid?: string;
            role?: components["schemas"]["Role"];
            /** @description When the member last authenticated, seconds since 1970; 0 if the member has to authenticate again */
            auth_time?: number;
            /**
             * @description How the member authenticated (RFC 8176)
             * @example [
             *       "pwd",
             *       "otp",
             *       "mfa"
             *     ]
             */
            amr?: string[];
            /** @description Issued at, seconds since 1970 */
            iat?: number;
            /** @description Expires at, seconds since 1970 */
            exp?: number;
            /**
             * @description Present if the member has attributes that the operator declared for tokens
             * @example {}
             */
            attributes?: {
                [key: string]: unknown;
            };
            active: boolean;
            iss?: string;
            client_id?: string;
            jti?: string;
            cnf?: components["schemas"]["KeyConfirmation"];
        } & {
            [key: string]: unknown;
        };
        LoginFindingResponse: {
            /** @enum {string} */
            code: "identifier_malformed" | "import_unproven" | "sign_up_address_taken" | "sign_up_mail_failed" | "sign_up_mail_waiting" | "sign_up_mail_withheld" | "sign_up_unconfirmed" | "sign_up_expired" | "no_account" | "address_changed" | "member_disabled" | "account_closed" | "account_erasing" | "login_locked" | "login_throttled" | "second_factor_throttled" | "password_change_required" | "no_password" | "terms_required" | "login_refused_by_risk" | "session_ended_by_risk" | "second_factor_wrong" | "password_wrong" | "mail_failed" | "mail_waiting" | "mail_domain_failing" | "no_obstacle";
            /** @description Facts that go with the code */
            params?: {
                [key: string]: unknown;
            };
            /**
             * @description The operation that helps
             * @enum {string}
             */
            action?: "enable" | "unlock" | "password_reset" | "remove_factor" | "retry_mail";
            /**
             * Format: date-time
             * @description When it happened or began
             */
            at?: string;
            /**
             * Format: date-time
             * @description When it ends by itself; for a closed account, when it is erased; for mail_waiting, when the next attempt is due
             */
            until?: string;
        };
        LoginDiagnosisResponse: {
            /**
             * Format: uuid
             * @description null if no member has the identifier
             */
            memberId: string | null;
            /** @description At least one, the most decisive first */
            findings: components["schemas"]["LoginFindingResponse"][];
        };
        ProfileResponse: {
            /** Format: uuid */
            id: string;
            /**
             * Format: email
             * @example ada@example.com
             */
            email: string;
            locale: components["schemas"]["Locale"];
            role: components["schemas"]["Role"];
            /**
             * @description Present only if the operator declared attributes
             * @example {}
             */
            attributes?: {
                [key: string]: unknown;
            };
            /** @example ada.lovelace */
            loginId: string;
            /** @description Whether an import made the login ID. If so, offer the member to choose another login ID */
            loginIdGenerated: boolean;
            /** @example Ada Lovelace */
            name: string | null;
            /** Format: date-time */
            createdAt: string;
            /** @description Whether the member has a password. A member without a password logs in with a passkey or a linked account */
            hasPassword: boolean;
        };
        UpdateProfileRequest: {
            /**
             * @description How the member is addressed
             * @example Ada Lovelace
             */
            name?: string | null;
            /**
             * @description The name the member logs in with: 4 to 32 of a–z, 0–9, dot, underscore and hyphen, beginning with a letter; upper and lower case are the same
             * @example ada.lovelace
             */
            loginId?: string;
            /**
             * @description Language of mails
             * @example ko
             * @enum {string}
             */
            locale?: "en" | "ko";
            /**
             * @description The attributes to change; null removes a value
             * @example {}
             */
            attributes?: {
                [key: string]: unknown;
            };
        };
        ChangePasswordRequest: {
            /**
             * Format: password
             * @example Tall-giraffes-nap-at-noon-42
             */
            currentPassword: string;
            /**
             * Format: password
             * @description At least 8 characters (as configured), not common, not easily guessed; any characters except control characters, including spaces and emoji
             * @example Nine-otters-knit-at-dawn-17
             */
            newPassword: string;
        };
        SessionResponse: {
            /** Format: uuid */
            id: string;
            /** @example Ada's phone */
            deviceName: string | null;
            /** @example 198.18.3.7 */
            ip: string;
            /** @example Firefox */
            browser: string | null;
            /** @example Android */
            os: string | null;
            /**
             * @description ISO 3166-1 code, if the country is known
             * @example KR
             */
            country: string | null;
            /** Format: date-time */
            createdAt: string;
            /** Format: date-time */
            lastUsedAt: string;
            /** @description Whether this is the session of the request */
            current: boolean;
            /** @description Whether a copied refresh token is of no use, because it needs a key of the device */
            bound: boolean;
        };
        SessionListResponse: {
            items: components["schemas"]["SessionResponse"][];
        };
        FactorChangeRequest: {
            /**
             * Format: password
             * @description May be absent: the recent login is enough. If present, it must be the member's password
             * @example Tall-giraffes-nap-at-noon-42
             */
            password?: string;
            /**
             * @description Six digits from the app, or a recovery code; separators are ignored
             * @example 048213
             */
            code?: string;
        };
        TotpEnrolmentResponse: {
            /** @example otpauth://totp/Munjigi:ada?secret=FW2IWBUEMCO5RQZOXPZYQTBDGKCGWIEB&issuer=Munjigi */
            otpauthUrl: string;
            /**
             * @description The URL as a QR code
             * @example <svg …>
             */
            qrSvg: string;
            /**
             * @description Base32, for typing into the app
             * @example FW2IWBUEMCO5RQZOXPZYQTBDGKCGWIEB
             */
            secret: string;
        };
        ConfirmTotpRequest: {
            /**
             * @description Six digits; blanks, hyphens and other separators are ignored
             * @example 048213
             */
            code: string;
        };
        RecoveryCodesResponse: {
            /**
             * @description Ten codes, each valid once; shown only this time
             * @example [
             *       "7k2m-9xqa-c4vt-0p8d"
             *     ]
             */
            recoveryCodes: string[];
        };
        RemoveTotpRequest: {
            /**
             * Format: password
             * @description May be absent: the recent login is enough. If present, it must be the member's password
             * @example Tall-giraffes-nap-at-noon-42
             */
            password?: string;
            /**
             * @description Six digits from the app, or a recovery code; separators are ignored
             * @example 048213
             */
            code?: string;
        };
        TwoFactorStatusResponse: {
            /**
             * @description Unused recovery codes
             * @example 10
             */
            recoveryCodesLeft: number;
            /** @description Whether an authenticator app is set up */
            enabled: boolean;
        };
        CreationOptionsResponse: {
            /**
             * @description For `navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(publicKey) })`
             * @example {
             *       "rp": {
             *         "id": "example.com",
             *         "name": "Munjigi"
             *       },
             *       "user": {
             *         "id": "Sw88Hm8NTFWdCg9PT08sEQ",
             *         "name": "ada.lovelace",
             *         "displayName": "Ada Lovelace"
             *       },
             *       "challenge": "p0w3nQ3p5yv7XQv2fJ4yO0dG1bR8mZkTt6uHcS9aLxE",
             *       "pubKeyCredParams": [
             *         {
             *           "alg": -7,
             *           "type": "public-key"
             *         }
             *       ],
             *       "excludeCredentials": [],
             *       "authenticatorSelection": {
             *         "residentKey": "preferred",
             *         "userVerification": "preferred"
             *       },
             *       "attestation": "none",
             *       "timeout": 300000
             *     }
             */
            publicKey: Record<string, never>;
            /**
             * @description Seconds
             * @example 300
             */
            expiresIn: number;
        };
        RegisterPasskeyRequest: {
            /**
             * @description `toJSON()` of the result of `navigator.credentials.create()`; binary members are base64url without padding (RFC 4648 section 5)
             * @example {
             *       "id": "F1DcLtrGRYbUVPGhDqSjvJqxXvzLw9bRC9mKmQ3xy1c",
             *       "rawId": "F1DcLtrGRYbUVPGhDqSjvJqxXvzLw9bRC9mKmQ3xy1c",
             *       "type": "public-key",
             *       "response": {
             *         "clientDataJSON": "eyJ0eXBlIjoid2ViYXV0aG4uY3JlYXRlIn0",
             *         "attestationObject": "o2NmbXRkbm9uZWdhdHRTdG10oGhhdXRoRGF0YVik",
             *         "transports": [
             *           "internal"
             *         ]
             *       },
             *       "clientExtensionResults": {}
             *     }
             */
            credential: Record<string, never>;
            /**
             * @description Chosen by the member
             * @example Blue security key
             */
            name?: string | null;
        };
        PasskeyResponse: {
            /** Format: uuid */
            id: string;
            /** @example Ada's phone */
            name: string | null;
            /**
             * @description The password manager or device that keeps the passkey, if it is known
             * @example Google Password Manager
             */
            provider: string | null;
            /** Format: date-time */
            lastUsedAt: string | null;
            /**
             * @description How browsers reach the passkey
             * @example [
             *       "internal",
             *       "hybrid"
             *     ]
             */
            transports: string[];
            /** Format: date-time */
            createdAt: string;
            /** @description Whether the passkey can be copied to other devices of its owner */
            backupEligible: boolean;
            /** @description Whether such a copy existed when the passkey was last used */
            backedUp: boolean;
        };
        RegisteredPasskeyResponse: {
            /**
             * @description Ten codes, each valid once; present only with the first second factor, and shown only this time
             * @example [
             *       "7k2m-9xqa-c4vt-0p8d"
             *     ]
             */
            recoveryCodes?: string[];
            passkey: components["schemas"]["PasskeyResponse"];
        };
        AcceptedCredentialsResponse: {
            /** @example example.com */
            rpId: string;
            /** @example Sw88Hm8NTFWdCg9PT08sEQ */
            userId: string;
            /**
             * @example [
             *       "iOTrZSV8TjOzF6LBYRZQ4g"
             *     ]
             */
            allAcceptedCredentialIds: string[];
        };
        PasskeyListResponse: {
            items: components["schemas"]["PasskeyResponse"][];
            acceptedCredentials: components["schemas"]["AcceptedCredentialsResponse"];
        };
        RenamePasskeyRequest: {
            /**
             * @description Chosen by the member
             * @example Blue security key
             */
            name: string | null;
        };
        IdentityResponse: {
            /** Format: uuid */
            id: string;
            /**
             * @description As the provider named it when the account was linked
             * @example ada@example.com
             */
            email: string | null;
            /** @example google */
            provider: string;
            /** Format: date-time */
            createdAt: string;
        };
        IdentityListResponse: {
            items: components["schemas"]["IdentityResponse"][];
        };
        LinkIdentityRequest: {
            /**
             * @description From the response of `start`; only this client has it
             * @example p0w3nQ3p5yv7XQv2fJ4yO0dG1bR8mZkTt6uHcS9aLxE
             */
            requestId: string;
            /**
             * @description As the provider sent it
             * @example 4/0AeanS0Zc1
             */
            code: string;
            /**
             * @description As the provider sent it
             * @example p0w3nQ3p5yv7XQv2fJ4yO0dG1bR8mZkTt6uHcS9aLxE
             */
            state: string;
            /**
             * @description As the provider sent it, if it did (RFC 9207)
             * @example https://accounts.google.com
             */
            iss?: string;
            /**
             * @description The id of a configured provider
             * @example google
             */
            provider: string;
        };
        OwnConsentResponse: {
            /** @example https://example.com/terms */
            url: string | null;
            /**
             * @description SHA-256 of the document's text if the file CONSENTS declares it, otherwise of the declaration; in hexadecimal
             * @example e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
             */
            sha256: string;
            /**
             * Format: date-time
             * @description When the consent was given; null if it is not given
             */
            givenAt: string | null;
            /** @description Whether the member agrees to this version and has not withdrawn the consent */
            given: boolean;
            /** @example terms */
            id: string;
            /** @example 2026-12 */
            version: string;
            /** @example en */
            language: string;
            title: string;
            required: boolean;
            /** @description Whether consent to the document allows advertising */
            marketing: boolean;
            /** Format: date-time */
            effectiveFrom: string;
        };
        OwnConsentListResponse: {
            /** @description The documents in force and those to come; a document to come has an `effectiveFrom` in the future */
            items: components["schemas"]["OwnConsentResponse"][];
        };
        GiveConsentsRequest: {
            /** @example [] */
            consents: components["schemas"]["ConsentChoice"][];
        };
        AccountExportResponse: {
            identities: {
                [key: string]: unknown;
            }[];
            passkeys: {
                [key: string]: unknown;
            }[];
            consents: {
                [key: string]: unknown;
            }[];
            invitations: {
                [key: string]: unknown;
            }[];
            emailChanges: {
                [key: string]: unknown;
            }[];
            sessions: {
                [key: string]: unknown;
            }[];
            devices: {
                [key: string]: unknown;
            }[];
            networks: {
                [key: string]: unknown;
            }[];
            mails: {
                [key: string]: unknown;
            }[];
            securityEvents: {
                [key: string]: unknown;
            }[];
            profile: components["schemas"]["ProfileResponse"];
        };
        /** @enum {string} */
        SecurityEventType: "sign-up.requested" | "sign-up.confirmed" | "sign-up.discarded" | "login.succeeded" | "login.failed" | "login.throttled" | "login.password_change_required" | "login.terms_required" | "session.ended" | "session.reuse_detected" | "session.late_replay" | "password.changed" | "password.reset_requested" | "password.reset_proven" | "password.reset" | "login-id.requested" | "login-id.revealed" | "login-id.chosen" | "profile.changed" | "consent.given" | "consent.withdrawn" | "email.change_requested" | "email.changed" | "email.change_undone" | "account.not_me_reported" | "account.closed" | "account.restored" | "login.second_factor_failed" | "reauthentication.failed" | "two-factor.enabled" | "two-factor.disabled" | "two-factor.recovery_codes_replaced" | "two-factor.recovery_codes_removed" | "two-factor.recovery_code_used" | "two-factor.removal_scheduled" | "two-factor.removal_cancelled" | "risk.assessed" | "passkey.registered" | "passkey.renamed" | "passkey.removed" | "passkey.counter_regressed" | "identity.linked" | "identity.unlinked" | "identity.notice_received" | "two-factor.removed_by_admin" | "member.disabled" | "member.enabled" | "member.imported" | "member.role_changed" | "password.reset_demanded" | "session.all_ended_by_admin" | "login.unlocked" | "admin.created" | "member.erasure_demanded" | "invitation.created" | "invitation.resent" | "invitation.withdrawn" | "invitation.accepted" | "mail.retried" | "api-key.created" | "api-key.rotated" | "api-key.revoked" | "webhook.created" | "webhook.changed" | "webhook.deleted" | "webhook.secret_rotated" | "webhook.tested" | "webhook.delivery_retried" | "member.viewed" | "members.listed";
        SecurityActivityEntryResponse: {
            type: components["schemas"]["SecurityEventType"];
            /** @example 198.18.3.7 */
            ip: string;
            /** @example Mozilla/5.0 … */
            userAgent: string;
            /** Format: uuid */
            sessionId: string | null;
            /**
             * @description Facts that go with the type; see docs/events.md
             * @example {
             *       "newDevice": true
             *     }
             */
            details: {
                [key: string]: unknown;
            };
            /** @example 4711 */
            id: string;
            /** Format: date-time */
            at: string;
            /**
             * @description Whether an administrator, an API key or a command of the operator caused the event; `ip` and `userAgent` are then
             *     empty, `country`, `browser` and `os` null
             */
            byAdmin: boolean;
            /**
             * @description ISO 3166-1 code, if the country is known
             * @example KR
             */
            country: string | null;
            /** @example Firefox */
            browser: string | null;
            /** @example Linux */
            os: string | null;
        };
        SecurityActivityResponse: {
            items: components["schemas"]["SecurityActivityEntryResponse"][];
            /** @description For the next page; null on the last one */
            nextCursor: string | null;
        };
        ChangeEmailRequest: {
            /**
             * Format: password
             * @description May be absent: the recent login is enough. If present, it must be the member's password
             * @example Tall-giraffes-nap-at-noon-42
             */
            password?: string;
            /**
             * Format: idn-email
             * @description One plain address of at most 254 characters
             * @example ada@lovelace.example
             */
            newEmail: string;
        };
        EmailLinkRequest: {
            /**
             * @description From the mailed link, after #token=
             * @example p0w3nQ3p5yv7XQv2fJ4yO0dG1bR8mZkTt6uHcS9aLxE
             */
            token: string;
        };
        InspectedEmailChangeResponse: {
            /** Format: date-time */
            requestedAt: string;
            /** @example ad***e */
            maskedLoginId: string;
            /**
             * @description The address that the link was mailed to
             * @example a***@lovelace.example
             */
            maskedEmail: string;
            /**
             * Format: date-time
             * @description When the link stops working
             */
            expiresAt: string;
        };
        InspectedEmailUndoResponse: {
            /** Format: date-time */
            changedAt: string;
            /** @example ad***e */
            maskedLoginId: string;
            /**
             * @description The address that the link was mailed to
             * @example a***@lovelace.example
             */
            maskedEmail: string;
            /**
             * Format: date-time
             * @description When the link stops working
             */
            expiresAt: string;
        };
        CloseAccountRequest: {
            /**
             * Format: password
             * @description May be absent: the recent login is enough. If present, it must be the member's password
             * @example Tall-giraffes-nap-at-noon-42
             */
            password?: string;
        };
        DisavowalRequest: {
            /**
             * @description From the link in a security mail, after #token=
             * @example p0w3nQ3p5yv7XQv2fJ4yO0dG1bR8mZkTt6uHcS9aLxE
             */
            token: string;
        };
        DisavowalResponse: {
            /** Format: date-time */
            happenedAt: string;
            /**
             * @description The kind of mail that contained the link
             * @example new-device
             */
            event: string;
            /** @example ad***e */
            maskedLoginId: string;
        };
        ImportListResponse: {
            /** @example 0 */
            unproven: number;
        };
        SeriesResponse: {
            /** @enum {string} */
            name: "sign_ups_requested" | "sign_ups_confirmed" | "logins" | "logins_failed" | "logins_throttled" | "second_factors_failed" | "ended_by_risk" | "tokens_reused" | "refreshes" | "refreshes_replayed" | "refreshes_refused" | "mails_sent" | "mails_pending" | "mails_dead" | "mails_dropped";
            /** @description For each part of the period, the oldest first */
            counts: number[];
        };
        QueueResponse: {
            /**
             * @description May be sent now
             * @example 0
             */
            due: number;
            /**
             * @description Being sent, or waiting for a retry or for an earlier row
             * @example 0
             */
            waiting: number;
            /**
             * @description Given up
             * @example 0
             */
            dead: number;
            /**
             * @description Age in seconds of the oldest row that was never tried; 0 if there is none
             * @example 0
             */
            oldestSeconds: number;
        };
        QueuesResponse: {
            mails: components["schemas"]["QueueResponse"];
            deliveries: components["schemas"]["QueueResponse"];
        };
        OverviewResponse: {
            /** @enum {string} */
            period: "hour" | "day" | "month";
            /**
             * @description The length of one part of the period, in seconds
             * @example 60
             */
            bucketSeconds: number;
            /**
             * @description Webhooks that fail, or were disabled because they did
             * @example 0
             */
            failingWebhooks: number;
            /** Format: date-time */
            from: string;
            series: components["schemas"]["SeriesResponse"][];
            queues: components["schemas"]["QueuesResponse"];
        };
        MemberResponse: {
            /** Format: uuid */
            id: string;
            /**
             * Format: email
             * @example ada@example.com
             */
            email: string;
            /** @enum {string} */
            locale: "en" | "ko";
            /** @enum {string} */
            role: "member" | "admin";
            /**
             * @description closed: the owner closed the account, or its erasure was demanded; it is erased after the grace period
             * @enum {string}
             */
            status: "active" | "disabled" | "closed";
            /** Format: date-time */
            closedAt: string | null;
            /** @example ada.lovelace */
            loginId: string;
            /** @example Ada Lovelace */
            name: string | null;
            /** @description Whether the next login requires a new password */
            mustChangePassword: boolean;
            /** Format: date-time */
            createdAt: string;
        };
        MemberListResponse: {
            items: components["schemas"]["MemberResponse"][];
            /** @description For the next page; null on the last one */
            nextCursor: string | null;
        };
        MemberPasskeyResponse: {
            /** Format: uuid */
            id: string;
            /** @example Phone */
            name: string | null;
            /**
             * @description The password manager or device that keeps the passkey
             * @example iCloud Keychain
             */
            provider: string | null;
            /** Format: date-time */
            lastUsedAt: string | null;
            /** Format: date-time */
            createdAt: string;
        };
        MemberIdentityResponse: {
            /** Format: uuid */
            id: string;
            /** @example ada@example.com */
            email: string | null;
            /** @example kakao */
            provider: string;
            /** Format: date-time */
            createdAt: string;
        };
        MemberDetailsResponse: {
            /** Format: uuid */
            id: string;
            /**
             * Format: email
             * @example ada@example.com
             */
            email: string;
            /** @enum {string} */
            locale: "en" | "ko";
            /** @enum {string} */
            role: "member" | "admin";
            /**
             * @description closed: the owner closed the account, or its erasure was demanded; it is erased after the grace period
             * @enum {string}
             */
            status: "active" | "disabled" | "closed";
            /** Format: date-time */
            closedAt: string | null;
            /** @description What logins ask for besides the password */
            secondFactors: ("totp" | "passkey")[];
            /**
             * @description Unused recovery codes
             * @example 8
             */
            recoveryCodesLeft: number;
            /**
             * @description The number of open sessions
             * @example 2
             */
            sessionCount: number;
            /**
             * @description Absent if the operator declares no attributes
             * @example {}
             */
            attributes?: {
                [key: string]: unknown;
            };
            /** @description Whether the member has a password. A member without a password logs in with a passkey or a linked account */
            hasPassword: boolean;
            passkeys: components["schemas"]["MemberPasskeyResponse"][];
            /** @description Accounts at providers */
            identities: components["schemas"]["MemberIdentityResponse"][];
            /** @description Whether logins have to wait after too many failures */
            isWaiting: boolean;
            /** @example ada.lovelace */
            loginId: string;
            /** @example Ada Lovelace */
            name: string | null;
            /** @description Whether the next login requires a new password */
            mustChangePassword: boolean;
            /** Format: date-time */
            createdAt: string;
        };
        ChangeMemberRequest: {
            /**
             * @example disabled
             * @enum {string}
             */
            status?: "active" | "disabled";
            /**
             * @example admin
             * @enum {string}
             */
            role?: "member" | "admin";
            /**
             * @description The attributes to change; null removes a value
             * @example {}
             */
            attributes?: {
                [key: string]: unknown;
            };
        };
        DemandPasswordResetRequest: {
            /**
             * @description `compromised`: the present password no longer works, and a recent passkey does not work alone. Otherwise a login with either leads to setting a new password
             * @example compromised
             * @enum {string}
             */
            reason?: "precaution" | "compromised";
        };
        InviteRequest: {
            /**
             * Format: idn-email
             * @description One plain address of at most 254 characters
             * @example ada@example.com
             */
            email: string;
            /**
             * @example member
             * @enum {string}
             */
            role?: "member" | "admin";
            /**
             * @description Attributes that the inviter sets
             * @example {}
             */
            attributes?: {
                [key: string]: unknown;
            };
            /**
             * @description Language of the mail
             * @example ko
             * @enum {string}
             */
            locale?: "en" | "ko";
        };
        InvitationResponse: {
            /** Format: uuid */
            id: string;
            /**
             * Format: email
             * @example ada@example.com
             */
            email: string;
            /** @enum {string} */
            role: "member" | "admin";
            /** @enum {string} */
            locale: "en" | "ko";
            /**
             * @description null if the inviter set none, and after the invitation is accepted
             * @example {}
             */
            attributes: {
                [key: string]: unknown;
            } | null;
            /**
             * @description inviter_lost: the inviter lost the right to invite, or the inviter's sessions ended; mail the invitation again to renew it
             * @enum {string}
             */
            status: "open" | "expired" | "accepted" | "inviter_lost";
            /** Format: uuid */
            invitedBy: string | null;
            /** Format: uuid */
            apiKeyId: string | null;
            /** Format: date-time */
            acceptedAt: string | null;
            /**
             * Format: uuid
             * @description Who accepted it
             */
            memberId: string | null;
            /** Format: date-time */
            createdAt: string;
            /** Format: date-time */
            mailedAt: string;
            /** Format: date-time */
            expiresAt: string;
        };
        InvitationListResponse: {
            items: components["schemas"]["InvitationResponse"][];
            /** @description For the next page; null on the last one */
            nextCursor: string | null;
        };
        CorrectEmailRequest: {
            /**
             * Format: idn-email
             * @description One plain address of at most 254 characters
             * @example ada@lovelace.example
             */
            email: string;
        };
        EraseMemberRequest: {
            /**
             * @description `now` needs a reason in `Audit-Reason` and cannot be undone
             * @example after-grace
             * @enum {string}
             */
            when?: "after-grace" | "now";
        };
        MemberSessionResponse: {
            /** Format: uuid */
            id: string;
            /** @example Ada's phone */
            deviceName: string | null;
            /** @example 198.18.3.7 */
            ip: string;
            /** @example Firefox */
            browser: string | null;
            /** @example Android */
            os: string | null;
            /** @example KR */
            country: string | null;
            /** Format: date-time */
            createdAt: string;
            /** Format: date-time */
            lastUsedAt: string;
            bound: boolean;
        };
        MemberSessionListResponse: {
            items: components["schemas"]["MemberSessionResponse"][];
        };
        OpenChallengeResponse: {
            /** @enum {string} */
            kind: "sign-up" | "password-reset" | "find-login-id" | "email-change" | "reset-token" | "second-factor" | "terms" | "factor-removal" | "password-wait" | "second-factor-wait";
            /** Format: date-time */
            at: string | null;
            /**
             * Format: date-time
             * @description null: until a reset or an administrator ends it
             */
            until: string | null;
            /**
             * @description Guesses or failures so far
             * @example 1
             */
            attempts: number | null;
        };
        OpenChallengeListResponse: {
            items: components["schemas"]["OpenChallengeResponse"][];
        };
        OutboxMessageResponse: {
            /** Format: uuid */
            id: string;
            /**
             * @description pending: waits or is being sent; dead: refused for good or tried too often; dropped: expired, or its code and link were used or replaced; withheld: a decoy, never sent
             * @enum {string}
             */
            status: "pending" | "sent" | "dead" | "dropped" | "withheld";
            /**
             * @description The masked address; null once it is erased
             * @example a***@example.com
             */
            to: string | null;
            /** Format: uuid */
            memberId: string | null;
            /** @example 3 */
            attempts: number;
            /** Format: date-time */
            expiresAt: string | null;
            /** Format: date-time */
            finishedAt: string | null;
            /** @example EENVELOPE: 550 no such user */
            lastError: string | null;
            /** @example password-reset */
            template: string;
            /** @example ko */
            locale: string;
            /** Format: date-time */
            createdAt: string;
            /**
             * Format: date-time
             * @description The mail is not sent before this time
             */
            availableAt: string;
        };
        OutboxListResponse: {
            items: components["schemas"]["OutboxMessageResponse"][];
            /** @description For the next page; null on the last one */
            nextCursor: string | null;
        };
        MemberDeliveryResponse: {
            /** Format: uuid */
            id: string;
            /** Format: uuid */
            webhookId: string;
            /** @example evt_0000000000000000042 */
            eventId: string;
            /** @enum {string} */
            status: "pending" | "sent" | "dead";
            /** @example 1 */
            attempts: number;
            /** Format: date-time */
            finishedAt: string | null;
            /** @example answered 503 */
            lastError: string | null;
            /** @example member.created */
            type: string;
            /** Format: date-time */
            createdAt: string;
            /** Format: date-time */
            availableAt: string;
        };
        MemberDeliveryListResponse: {
            items: components["schemas"]["MemberDeliveryResponse"][];
            /** @description For the next page; null on the last one */
            nextCursor: string | null;
        };
        SecurityEventResponse: {
            /** @enum {string} */
            type: "sign-up.requested" | "sign-up.confirmed" | "sign-up.discarded" | "login.succeeded" | "login.failed" | "login.throttled" | "login.password_change_required" | "login.terms_required" | "session.ended" | "session.reuse_detected" | "session.late_replay" | "password.changed" | "password.reset_requested" | "password.reset_proven" | "password.reset" | "login-id.requested" | "login-id.revealed" | "login-id.chosen" | "profile.changed" | "consent.given" | "consent.withdrawn" | "email.change_requested" | "email.changed" | "email.change_undone" | "account.not_me_reported" | "account.closed" | "account.restored" | "login.second_factor_failed" | "reauthentication.failed" | "two-factor.enabled" | "two-factor.disabled" | "two-factor.recovery_codes_replaced" | "two-factor.recovery_codes_removed" | "two-factor.recovery_code_used" | "two-factor.removal_scheduled" | "two-factor.removal_cancelled" | "risk.assessed" | "passkey.registered" | "passkey.renamed" | "passkey.removed" | "passkey.counter_regressed" | "identity.linked" | "identity.unlinked" | "identity.notice_received" | "two-factor.removed_by_admin" | "member.disabled" | "member.enabled" | "member.imported" | "member.role_changed" | "password.reset_demanded" | "session.all_ended_by_admin" | "login.unlocked" | "admin.created" | "member.erasure_demanded" | "invitation.created" | "invitation.resent" | "invitation.withdrawn" | "invitation.accepted" | "mail.retried" | "api-key.created" | "api-key.rotated" | "api-key.revoked" | "webhook.created" | "webhook.changed" | "webhook.deleted" | "webhook.secret_rotated" | "webhook.tested" | "webhook.delivery_retried" | "member.viewed" | "members.listed";
            /**
             * Format: uuid
             * @description The member whom the event concerns
             */
            memberId: string | null;
            /**
             * Format: uuid
             * @description The administrator who caused the event; null for events that no administrator caused
             */
            actorId: string | null;
            /**
             * Format: uuid
             * @description The API key that caused the event, instead of an administrator
             */
            apiKeyId: string | null;
            /** Format: uuid */
            sessionId: string | null;
            /** @example 198.18.3.7 */
            ip: string;
            /** @example Mozilla/5.0 … */
            userAgent: string;
            /**
             * Format: uuid
             * @description The request id that the log and the response contain
             */
            requestId: string;
            /** @description Facts that go with the type; see docs/events.md */
            details: {
                [key: string]: unknown;
            };
            /** @example 4711 */
            id: string;
            /** Format: date-time */
            at: string;
            /** @example Firefox */
            browser: string | null;
            /** @example Linux */
            os: string | null;
        };
        SecurityEventListResponse: {
            items: components["schemas"]["SecurityEventResponse"][];
            /** @description For the next page; null on the last one */
            nextCursor: string | null;
        };
        CreateApiKeyRequest: {
            /**
             * @description For people, in lists and the audit log
             * @example Billing service
             */
            name: string;
            /**
             * @description What the key opens
             * @example [
             *       "members:read"
             *     ]
             */
            scopes: ("members:read" | "members:write" | "events:read" | "webhooks:write" | "revocations:read" | "security-events:read" | "outbox:read" | "outbox:write")[];
            /**
             * @description After this moment the key is refused; absent: it works until it is revoked
             * @example 2026-11-22T05:37:12Z
             */
            expiresAt?: string;
            /**
             * @description Client addresses that may use the key; absent: all
             * @example [
             *       "203.0.113.0/24"
             *     ]
             */
            addresses?: string[];
        };
        IssuedApiKeyResponse: {
            /** Format: uuid */
            id: string;
            /**
             * @description The key, for `Authorization: Bearer`. Shown this once
             * @example mjk_0f8c3f5e6f0d4c559d0a0f4f3a4f2c11_p0w3nQ3p5yv7XQv2fJ4yO0dG1bR8mZkTt6uHcS9aLxE
             */
            key: string;
        };
        ApiKeyResponse: {
            /** Format: uuid */
            id: string;
            scopes: ("members:read" | "members:write" | "events:read" | "webhooks:write" | "revocations:read" | "security-events:read" | "outbox:read" | "outbox:write")[];
            /**
             * @description Ranges of client addresses that may use it; empty: all
             * @example [
             *       "203.0.113.0/24"
             *     ]
             */
            addresses: string[];
            /**
             * Format: uuid
             * @description The administrator who created it; null: the command line
             */
            createdBy: string | null;
            /**
             * Format: date-time
             * @description When the secret was last rotated; null: never
             */
            rotatedAt: string | null;
            /** Format: date-time */
            expiresAt: string | null;
            /** Format: date-time */
            revokedAt: string | null;
            /**
             * Format: date-time
             * @description Up to two minutes before the last use
             */
            lastUsedAt: string | null;
            name: string;
            /** Format: date-time */
            createdAt: string;
        };
        ApiKeyListResponse: {
            items: components["schemas"]["ApiKeyResponse"][];
            /** @description For the next page; null on the last one */
            nextCursor: string | null;
        };
        RevocationResponse: {
            /**
             * @description session: refuse the tokens with this `sid`; member: those with this `sub`. At present only session is sent
             * @enum {string}
             */
            kind: "session" | "member";
            /** Format: uuid */
            id: string;
            /**
             * Format: date-time
             * @description Tokens issued before this moment are refused
             */
            before: string;
            /**
             * Format: date-time
             * @description After this moment they have all expired
             */
            until: string;
            /**
             * @description When this server learned of it. To continue, use `nextCursor` or the id of a heartbeat, not this value.
             * @example 1764000000
             */
            cursor: string;
        };
        RevocationsResponse: {
            /** Format: date-time */
            serverTime: string;
            items: components["schemas"]["RevocationResponse"][];
            /** @example 1764000000 */
            nextCursor: string;
        };
        EventResponse: {
            /**
             * @description The id of the event, also the `webhook-id` of its deliveries. The later of two events of one member has the greater id
             * @example evt_0000000000000000042
             */
            id: string;
            /** @enum {string} */
            type: "member.created" | "member.updated" | "member.email_changed" | "member.login_id_changed" | "member.disabled" | "member.enabled" | "member.closed" | "member.restored" | "member.erased" | "member.consent_given" | "member.consent_withdrawn" | "member.password_changed" | "member.second_factor_changed" | "session.started" | "session.ended" | "session.token_reused" | "login.suspicious";
            /** Format: uuid */
            memberId: string | null;
            /** @description Depends on the type; see `webhooks` in this document */
            data: {
                [key: string]: unknown;
            };
            /** @example 1 */
            schemaVersion: number;
            /** Format: date-time */
            occurredAt: string;
        };
        EventLogResponse: {
            items: components["schemas"]["EventResponse"][];
            /** @description Continue with it, now or later; it is never null */
            nextCursor: string;
            /** @description Whether more events are there already */
            hasMore: boolean;
        };
        CreateWebhookRequest: {
            /**
             * @description Where deliveries are posted: https and a public address, unless the server allows others
             * @example https://backend.example.com/webhooks/munjigi
             */
            url: string;
            /**
             * @description The events that it receives
             * @example [
             *       "member.created",
             *       "member.updated",
             *       "member.erased"
             *     ]
             */
            types: ("member.created" | "member.updated" | "member.email_changed" | "member.login_id_changed" | "member.disabled" | "member.enabled" | "member.closed" | "member.restored" | "member.erased" | "member.consent_given" | "member.consent_withdrawn" | "member.password_changed" | "member.second_factor_changed" | "session.started" | "session.ended" | "session.token_reused" | "login.suspicious")[];
            /** @description For people */
            description?: string;
        };
        CreatedWebhookResponse: {
            /** Format: uuid */
            id: string;
            types: ("member.created" | "member.updated" | "member.email_changed" | "member.login_id_changed" | "member.disabled" | "member.enabled" | "member.closed" | "member.restored" | "member.erased" | "member.consent_given" | "member.consent_withdrawn" | "member.password_changed" | "member.second_factor_changed" | "session.started" | "session.ended" | "session.token_reused" | "login.suspicious")[];
            /** @example CRM */
            description: string | null;
            /**
             * Format: date-time
             * @description The first failure since the last success
             */
            failingSince: string | null;
            /**
             * Format: date-time
             * @description When it was disabled because it had failed for three days
             */
            switchedOffAt: string | null;
            /**
             * @description Verifies signatures, as Standard Webhooks describes. Shown this once
             * @example whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo=
             */
            secret: string;
            /** @example https://backend.example.com/webhooks/munjigi */
            url: string;
            enabled: boolean;
            /** Format: date-time */
            createdAt: string;
        };
        WebhookResponse: {
            /** Format: uuid */
            id: string;
            types: ("member.created" | "member.updated" | "member.email_changed" | "member.login_id_changed" | "member.disabled" | "member.enabled" | "member.closed" | "member.restored" | "member.erased" | "member.consent_given" | "member.consent_withdrawn" | "member.password_changed" | "member.second_factor_changed" | "session.started" | "session.ended" | "session.token_reused" | "login.suspicious")[];
            /** @example CRM */
            description: string | null;
            /**
             * Format: date-time
             * @description The first failure since the last success
             */
            failingSince: string | null;
            /**
             * Format: date-time
             * @description When it was disabled because it had failed for three days
             */
            switchedOffAt: string | null;
            /** @example https://backend.example.com/webhooks/munjigi */
            url: string;
            enabled: boolean;
            /** Format: date-time */
            createdAt: string;
        };
        WebhookListResponse: {
            items: components["schemas"]["WebhookResponse"][];
        };
        UpdateWebhookRequest: {
            /** @example https://backend.example.com/webhooks/munjigi */
            url?: string;
            /**
             * @example [
             *       "member.created",
             *       "member.updated",
             *       "member.erased"
             *     ]
             */
            types?: ("member.created" | "member.updated" | "member.email_changed" | "member.login_id_changed" | "member.disabled" | "member.enabled" | "member.closed" | "member.restored" | "member.erased" | "member.consent_given" | "member.consent_withdrawn" | "member.password_changed" | "member.second_factor_changed" | "session.started" | "session.ended" | "session.token_reused" | "login.suspicious")[];
            /** @description null removes it */
            description?: string | null;
            /** @description false: deliveries wait, and new events are not delivered */
            enabled?: boolean;
        };
        WebhookSecretResponse: {
            /**
             * @description Verifies signatures, as Standard Webhooks describes. Shown this once
             * @example whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo=
             */
            secret: string;
        };
        DeliveryResponse: {
            /** Format: uuid */
            id: string;
            /**
             * @description The header `webhook-id` of each attempt
             * @example evt_0000000000000000042
             */
            eventId: string;
            /** Format: uuid */
            memberId: string | null;
            /**
             * @description dead: given up after three days, or when the webhook was switched off
             * @enum {string}
             */
            status: "pending" | "sent" | "dead";
            /** @example 1 */
            attempts: number;
            /** Format: date-time */
            finishedAt: string | null;
            /** @example answered 503 */
            lastError: string | null;
            /** @example member.created */
            type: string;
            /** Format: date-time */
            createdAt: string;
            /**
             * Format: date-time
             * @description The next attempt is not made before this time
             */
            availableAt: string;
        };
        DeliveryListResponse: {
            items: components["schemas"]["DeliveryResponse"][];
            /** @description For the next page; null on the last one */
            nextCursor: string | null;
        };
        TestDeliveryResponse: {
            /**
             * Format: uuid
             * @description The id of the test among the deliveries
             */
            deliveryId: string;
        };
        HealthResponse: {
            /** @enum {string} */
            status: "ok";
        };
        /** @description The outcomes of a login; `status` names the one that applies */
        LoginOutcome: components["schemas"]["TokenResponse"] | components["schemas"]["PasswordChangeRequiredResponse"] | components["schemas"]["TermsRequiredResponse"] | components["schemas"]["MfaRequiredResponse"] | components["schemas"]["ConfirmationRequiredResponse"];
        /** @description The outcomes of a login that needs no further factor; `status` names the one that applies */
        CompletedLogin: components["schemas"]["TokenResponse"] | components["schemas"]["PasswordChangeRequiredResponse"] | components["schemas"]["TermsRequiredResponse"];
        /** @description The outcomes of a login at a provider; `status` names the one that applies */
        SocialLoginOutcome: components["schemas"]["TokenResponse"] | components["schemas"]["PasswordChangeRequiredResponse"] | components["schemas"]["TermsRequiredResponse"] | components["schemas"]["MfaRequiredResponse"] | components["schemas"]["SignUpRequiredResponse"];
        /** @description The outcomes of a sign-up with an account at a provider; `status` names the one that applies */
        SocialSignUpOutcome: components["schemas"]["TokenResponse"] | components["schemas"]["ConfirmationRequiredResponse"];
        /** @description The member after the change */
        EventMember: {
            /** @example ada.lovelace */
            loginId: string;
            /** @example ada@example.com */
            email: string;
            /** @example Ada Lovelace */
            name: string | null;
            /** @enum {string} */
            locale: "en" | "ko";
            /** @enum {string} */
            role: "member" | "admin";
            /** @enum {string} */
            status: "active" | "disabled" | "closed";
            /** Format: date-time */
            createdAt: string;
            attributes?: {
                [key: string]: unknown;
            };
        };
        /** @description A member exists: the mailbox is proven */
        "Event.member.created": {
            /** @example evt_0000000000000000042 */
            id: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "member.created";
            /** Format: date-time */
            occurredAt: string;
            /** Format: uuid */
            memberId: string;
            data: {
                member: components["schemas"]["EventMember"];
            };
            /** @example 1 */
            schemaVersion: number;
        };
        /** @description Profile, role or linked accounts changed */
        "Event.member.updated": {
            /** @example evt_0000000000000000042 */
            id: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "member.updated";
            /** Format: date-time */
            occurredAt: string;
            /** Format: uuid */
            memberId: string;
            data: {
                member: components["schemas"]["EventMember"];
                /**
                 * @example [
                 *       "name"
                 *     ]
                 */
                fields: string[];
                /** @description What was linked or unlinked */
                identity?: {
                    /** @example kakao */
                    provider: string;
                    /** @enum {string} */
                    change: "linked" | "unlinked";
                };
            };
            /** @example 1 */
            schemaVersion: number;
        };
        /** @description The address was replaced, or an earlier one restored */
        "Event.member.email_changed": {
            /** @example evt_0000000000000000042 */
            id: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "member.email_changed";
            /** Format: date-time */
            occurredAt: string;
            /** Format: uuid */
            memberId: string;
            data: {
                member: components["schemas"]["EventMember"];
            };
            /** @example 1 */
            schemaVersion: number;
        };
        /** @description The login ID was replaced */
        "Event.member.login_id_changed": {
            /** @example evt_0000000000000000042 */
            id: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "member.login_id_changed";
            /** Format: date-time */
            occurredAt: string;
            /** Format: uuid */
            memberId: string;
            data: {
                member: components["schemas"]["EventMember"];
            };
            /** @example 1 */
            schemaVersion: number;
        };
        /** @description An administrator disabled the member */
        "Event.member.disabled": {
            /** @example evt_0000000000000000042 */
            id: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "member.disabled";
            /** Format: date-time */
            occurredAt: string;
            /** Format: uuid */
            memberId: string;
            data: {
                member: components["schemas"]["EventMember"];
            };
            /** @example 1 */
            schemaVersion: number;
        };
        /** @description An administrator enabled the member again */
        "Event.member.enabled": {
            /** @example evt_0000000000000000042 */
            id: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "member.enabled";
            /** Format: date-time */
            occurredAt: string;
            /** Format: uuid */
            memberId: string;
            data: {
                member: components["schemas"]["EventMember"];
            };
            /** @example 1 */
            schemaVersion: number;
        };
        /** @description The member closed the account; it will be erased */
        "Event.member.closed": {
            /** @example evt_0000000000000000042 */
            id: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "member.closed";
            /** Format: date-time */
            occurredAt: string;
            /** Format: uuid */
            memberId: string;
            data: {
                member: components["schemas"]["EventMember"];
            };
            /** @example 1 */
            schemaVersion: number;
        };
        /** @description The member logged in again before the erasure */
        "Event.member.restored": {
            /** @example evt_0000000000000000042 */
            id: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "member.restored";
            /** Format: date-time */
            occurredAt: string;
            /** Format: uuid */
            memberId: string;
            data: {
                member: components["schemas"]["EventMember"];
            };
            /** @example 1 */
            schemaVersion: number;
        };
        /** @description The member was erased. Earlier events of the member are gone from the log */
        "Event.member.erased": {
            /** @example evt_0000000000000000042 */
            id: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "member.erased";
            /** Format: date-time */
            occurredAt: string;
            /** Format: uuid */
            memberId: string;
            data: Record<string, never>;
            /** @example 1 */
            schemaVersion: number;
        };
        /** @description The member agreed to a document */
        "Event.member.consent_given": {
            /** @example evt_0000000000000000042 */
            id: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "member.consent_given";
            /** Format: date-time */
            occurredAt: string;
            /** Format: uuid */
            memberId: string;
            data: {
                /** @example terms */
                document: string;
                /** @example 2026-12 */
                version: string;
            };
            /** @example 1 */
            schemaVersion: number;
        };
        /** @description The member withdrew an optional consent */
        "Event.member.consent_withdrawn": {
            /** @example evt_0000000000000000042 */
            id: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "member.consent_withdrawn";
            /** Format: date-time */
            occurredAt: string;
            /** Format: uuid */
            memberId: string;
            data: {
                /** @example terms */
                document: string;
                /** @example 2026-12 */
                version: string;
            };
            /** @example 1 */
            schemaVersion: number;
        };
        /** @description A new password was set */
        "Event.member.password_changed": {
            /** @example evt_0000000000000000042 */
            id: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "member.password_changed";
            /** Format: date-time */
            occurredAt: string;
            /** Format: uuid */
            memberId: string;
            data: Record<string, never>;
            /** @example 1 */
            schemaVersion: number;
        };
        /** @description A second factor or the recovery codes changed */
        "Event.member.second_factor_changed": {
            /** @example evt_0000000000000000042 */
            id: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "member.second_factor_changed";
            /** Format: date-time */
            occurredAt: string;
            /** Format: uuid */
            memberId: string;
            data: {
                /** @example passkey-added */
                change: string;
            };
            /** @example 1 */
            schemaVersion: number;
        };
        /** @description A login opened a session */
        "Event.session.started": {
            /** @example evt_0000000000000000042 */
            id: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "session.started";
            /** Format: date-time */
            occurredAt: string;
            /** Format: uuid */
            memberId: string;
            data: {
                /** Format: uuid */
                sessionId: string;
                newDevice: boolean;
            };
            /** @example 1 */
            schemaVersion: number;
        };
        /** @description A session ended */
        "Event.session.ended": {
            /** @example evt_0000000000000000042 */
            id: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "session.ended";
            /** Format: date-time */
            occurredAt: string;
            /** Format: uuid */
            memberId: string;
            data: {
                /** Format: uuid */
                sessionId: string;
                /** @example logout */
                reason: string;
            };
            /** @example 1 */
            schemaVersion: number;
        };
        /** @description A refresh token was used twice; the session ended */
        "Event.session.token_reused": {
            /** @example evt_0000000000000000042 */
            id: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "session.token_reused";
            /** Format: date-time */
            occurredAt: string;
            /** Format: uuid */
            memberId: string;
            data: {
                /** Format: uuid */
                sessionId: string;
            };
            /** @example 1 */
            schemaVersion: number;
        };
        /** @description A login or refresh looked like an attacker’s */
        "Event.login.suspicious": {
            /** @example evt_0000000000000000042 */
            id: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "login.suspicious";
            /** Format: date-time */
            occurredAt: string;
            /** Format: uuid */
            memberId: string;
            data: {
                /** Format: uuid */
                sessionId: string | null;
                /** @example notify */
                outcome: string;
                /**
                 * @example [
                 *       "new_country"
                 *     ]
                 */
                signals: string[];
            };
            /** @example 1 */
            schemaVersion: number;
        };
    };
    responses: {
        /** @description `bad_request`: Bad request */
        "400.bad_request": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `internal_error`: Something went wrong */
        "500.internal_error": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `service_unavailable`: Temporarily unavailable */
        "503.service_unavailable": {
            headers: {
                /** @description Seconds to wait, where that is known */
                "Retry-After"?: number;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `malformed_json`: Malformed JSON; `query_not_allowed`: Query not allowed */
        "400.malformed_json.query_not_allowed": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `sign_up_closed`: Sign-up not open */
        "403.sign_up_closed": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `payload_too_large`: Body too large */
        "413.payload_too_large": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `unsupported_media_type`: Content type not accepted */
        "415.unsupported_media_type": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `consent_required`: Agreement needed; `password_too_common`: Password too common; `validation_failed`: Input not accepted */
        "422.consent_required.password_too_common.validation_failed": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `too_many_attempts`: Too many attempts; `too_many_requests`: Too many requests */
        "429.too_many_attempts.too_many_requests": {
            headers: {
                /** @description Seconds to wait, where that is known */
                "Retry-After"?: number;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `overloaded`: Too busy; `service_unavailable`: Temporarily unavailable */
        "503.overloaded.service_unavailable": {
            headers: {
                /** @description Seconds to wait, where that is known */
                "Retry-After"?: number;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `sign_up_invalid`: Sign-up not found; `malformed_json`: Malformed JSON; `query_not_allowed`: Query not allowed */
        "400.sign_up_invalid.malformed_json.query_not_allowed": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `already_confirmed`: Already confirmed */
        "409.already_confirmed": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `validation_failed`: Input not accepted */
        "422.validation_failed": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `too_many_requests`: Too many requests */
        "429.too_many_requests": {
            headers: {
                /** @description Seconds to wait, where that is known */
                "Retry-After"?: number;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `code_invalid`: Code not accepted; `malformed_json`: Malformed JSON; `query_not_allowed`: Query not allowed */
        "400.code_invalid.malformed_json.query_not_allowed": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `proof_required`: Proof of possession required; `proof_invalid`: Proof of possession not accepted; `proof_stale`: Proof of possession too old */
        "401.proof_required.proof_invalid.proof_stale": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `sign_up_closed`: Sign-up not open; `origin_not_allowed`: Origin not allowed; `refused_by_product`: Login not possible */
        "403.sign_up_closed.origin_not_allowed.refused_by_product": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `already_confirmed`: Already confirmed; `login_id_taken`: Login ID taken; `email_taken`: Email address already in use; `identity_taken`: Already linked */
        "409.already_confirmed.login_id_taken.email_taken.identity_taken": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `consent_required`: Agreement needed; `validation_failed`: Input not accepted */
        "422.consent_required.validation_failed": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `link_invalid`: Link not accepted; `link_expired`: Link expired; `malformed_json`: Malformed JSON; `query_not_allowed`: Query not allowed */
        "400.link_invalid.link_expired.malformed_json.query_not_allowed": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `invalid_credentials`: Login refused; `proof_required`: Proof of possession required; `proof_invalid`: Proof of possession not accepted; `proof_stale`: Proof of possession too old */
        "401.invalid_credentials.proof_required.proof_invalid.proof_stale": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `not_found`: Not found */
        "404.not_found": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `origin_not_allowed`: Origin not allowed; `refused_by_product`: Login not possible */
        "403.origin_not_allowed.refused_by_product": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `token_expired`: Token expired; `token_invalid`: Token not accepted; `invalid_credentials`: Login refused; `proof_required`: Proof of possession required; `proof_invalid`: Proof of possession not accepted; `proof_stale`: Proof of possession too old */
        "401.token_expired.token_invalid.invalid_credentials.proof_required.proof_invalid.proof_stale": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `too_many_attempts`: Too many attempts */
        "429.too_many_attempts": {
            headers: {
                /** @description Seconds to wait, where that is known */
                "Retry-After"?: number;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `passkey_invalid`: Passkey not accepted; `passkey_changed`: Passkey no longer usable; `malformed_json`: Malformed JSON; `query_not_allowed`: Query not allowed */
        "400.passkey_invalid.passkey_changed.malformed_json.query_not_allowed": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `passkey_invalid`: Passkey not accepted; `malformed_json`: Malformed JSON; `query_not_allowed`: Query not allowed */
        "400.passkey_invalid.malformed_json.query_not_allowed": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `token_expired`: Token expired; `token_invalid`: Token not accepted */
        "401.token_expired.token_invalid": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `token_expired`: Token expired; `token_invalid`: Token not accepted; `session_ended`: Session ended; `token_reused`: Token used twice; `proof_required`: Proof of possession required; `proof_invalid`: Proof of possession not accepted; `proof_stale`: Proof of possession too old */
        "401.token_expired.token_invalid.session_ended.token_reused.proof_required.proof_invalid.proof_stale": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `token_expired`: Token expired; `token_invalid`: Token not accepted; `proof_required`: Proof of possession required; `proof_invalid`: Proof of possession not accepted; `proof_stale`: Proof of possession too old */
        "401.token_expired.token_invalid.proof_required.proof_invalid.proof_stale": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `origin_not_allowed`: Origin not allowed */
        "403.origin_not_allowed": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `token_expired`: Token expired; `token_invalid`: Token not accepted; `session_ended`: Session ended; `proof_required`: Proof of possession required; `proof_invalid`: Proof of possession not accepted; `proof_stale`: Proof of possession too old */
        "401.token_expired.token_invalid.session_ended.proof_required.proof_invalid.proof_stale": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `reauth_required`: Please confirm who you are */
        "403.reauth_required": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `code_invalid`: Code not accepted; `passkey_invalid`: Passkey not accepted; `passkey_changed`: Passkey no longer usable; `malformed_json`: Malformed JSON; `query_not_allowed`: Query not allowed */
        "400.code_invalid.passkey_invalid.passkey_changed.malformed_json.query_not_allowed": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `token_expired`: Token expired; `token_invalid`: Token not accepted; `session_ended`: Session ended; `proof_required`: Proof of possession required; `proof_invalid`: Proof of possession not accepted; `proof_stale`: Proof of possession too old; `invalid_credentials`: Login refused */
        "401.token_expired.token_invalid.session_ended.proof_required.proof_invalid.proof_stale.invalid_credentials": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `social_login_failed`: Login with the provider failed; `malformed_json`: Malformed JSON; `query_not_allowed`: Query not allowed */
        "400.social_login_failed.malformed_json.query_not_allowed": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `provider_unavailable`: Provider unavailable; `service_unavailable`: Temporarily unavailable */
        "503.provider_unavailable.service_unavailable": {
            headers: {
                /** @description Seconds to wait, where that is known */
                "Retry-After"?: number;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `password_too_common`: Password too common; `validation_failed`: Input not accepted */
        "422.password_too_common.validation_failed": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `login_id_taken`: Login ID taken */
        "409.login_id_taken": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `last_admin`: Last administrator */
        "409.last_admin": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `reauth_required`: Please confirm who you are; `factor_proof_required`: Second factor needed */
        "403.reauth_required.factor_proof_required": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `totp_already_enabled`: Already turned on */
        "409.totp_already_enabled": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `totp_not_enabled`: Not turned on */
        "409.totp_not_enabled": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `passkey_limit_reached`: Too many passkeys */
        "409.passkey_limit_reached": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `last_way_in`: Last way to log in */
        "409.last_way_in": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `identity_taken`: Already linked */
        "409.identity_taken": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `consent_required`: Agreement needed */
        "422.consent_required": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `email_taken`: Email address already in use */
        "409.email_taken": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `token_expired`: Token expired; `token_invalid`: Token not accepted; `session_ended`: Session ended; `proof_required`: Proof of possession required; `proof_invalid`: Proof of possession not accepted; `proof_stale`: Proof of possession too old; `api_key_invalid`: API key not accepted */
        "401.token_expired.token_invalid.session_ended.proof_required.proof_invalid.proof_stale.api_key_invalid": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `forbidden`: Not allowed; `two_factor_required`: Second factor required; `insufficient_scope`: Scope missing; `address_not_allowed`: Address not allowed */
        "403.forbidden.two_factor_required.insufficient_scope.address_not_allowed": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `forbidden`: Not allowed; `two_factor_required`: Second factor required; `reauth_required`: Please confirm who you are; `person_required`: Not open to API keys; `insufficient_scope`: Scope missing; `address_not_allowed`: Address not allowed */
        "403.forbidden.two_factor_required.reauth_required.person_required.insufficient_scope.address_not_allowed": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `member_not_active`: Account not active; `last_admin`: Last administrator */
        "409.member_not_active.last_admin": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `forbidden`: Not allowed; `two_factor_required`: Second factor required; `reauth_required`: Please confirm who you are; `person_required`: Not open to API keys */
        "403.forbidden.two_factor_required.reauth_required.person_required": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `member_not_active`: Account not active */
        "409.member_not_active": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `email_taken`: Email address already in use; `invitation_pending`: Already invited */
        "409.email_taken.invitation_pending": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `forbidden`: Not allowed; `two_factor_required`: Second factor required; `person_required`: Not open to API keys; `reauth_required`: Please confirm who you are */
        "403.forbidden.two_factor_required.person_required.reauth_required": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `member_not_active`: Account not active; `email_taken`: Email address already in use */
        "409.member_not_active.email_taken": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `mail_not_retryable`: Email cannot be sent again */
        "409.mail_not_retryable": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `forbidden`: Not allowed; `two_factor_required`: Second factor required; `person_required`: Not open to API keys */
        "403.forbidden.two_factor_required.person_required": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `webhook_limit_reached`: Too many webhooks */
        "409.webhook_limit_reached": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `webhook_disabled`: Webhook disabled */
        "409.webhook_disabled": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `token_invalid`: Token not accepted; `api_key_invalid`: API key not accepted */
        "401.token_invalid.api_key_invalid": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `forbidden`: Not allowed; `insufficient_scope`: Scope missing; `address_not_allowed`: Address not allowed */
        "403.forbidden.insufficient_scope.address_not_allowed": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `cursor_expired`: Cursor expired */
        "410.cursor_expired": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `invitation_invalid`: Invitation not valid; `invitation_expired`: Invitation expired; `malformed_json`: Malformed JSON; `query_not_allowed`: Query not allowed */
        "400.invitation_invalid.invitation_expired.malformed_json.query_not_allowed": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `already_confirmed`: Already confirmed; `email_taken`: Email address already in use */
        "409.already_confirmed.email_taken": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `invitation_invalid`: Invitation not valid; `invitation_expired`: Invitation expired; `code_invalid`: Code not accepted; `malformed_json`: Malformed JSON; `query_not_allowed`: Query not allowed */
        "400.invitation_invalid.invitation_expired.code_invalid.malformed_json.query_not_allowed": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `already_confirmed`: Already confirmed; `email_taken`: Email address already in use; `login_id_taken`: Login ID taken */
        "409.already_confirmed.email_taken.login_id_taken": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `sign_up_closed`: Sign-up not open; `refused_by_product`: Login not possible */
        "403.sign_up_closed.refused_by_product": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `identity_taken`: Already linked; `login_id_taken`: Login ID taken; `email_taken`: Email address already in use */
        "409.identity_taken.login_id_taken.email_taken": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `bad_request`: Bad request; `malformed_json`: Malformed JSON; `query_not_allowed`: Query not allowed */
        "400.bad_request.malformed_json.query_not_allowed": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `insufficient_scope`: Scope missing; `address_not_allowed`: Address not allowed */
        "403.insufficient_scope.address_not_allowed": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
    };
    parameters: {
        /** @description Languages of messages by preference (RFC 9110); those available are en and ko */
        "Accept-Language": string;
        /** @description Proof by the key of the client (RFC 9449) */
        DPoP: string;
        /** @description The id that a list or another response has */
        id: string;
        /** @description Entries on a page */
        limit: number;
        /** @description `nextCursor` of the previous page */
        cursor: string;
        /** @description Why, for the audit log and the mail to the member: percent-encoded UTF-8, at most 500 characters */
        "Audit-Reason": string;
        /** @description The id of a configured provider */
        provider: string;
    };
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    signUpTerms: {
        parameters: {
            query?: never;
            header?: {
                /** @description Languages of messages by preference (RFC 9110); those available are en and ko */
                "Accept-Language"?: components["parameters"]["Accept-Language"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SignUpTermsResponse"];
                };
            };
            400: components["responses"]["400.bad_request"];
            500: components["responses"]["500.internal_error"];
            503: components["responses"]["503.service_unavailable"];
        };
    };
    signUpRequest: {
        parameters: {
            query?: never;
            header?: {
                /** @description Languages of messages by preference (RFC 9110); those available are en and ko */
                "Accept-Language"?: components["parameters"]["Accept-Language"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "loginId": "ada.lovelace",
                 *       "email": "ada@example.com",
                 *       "password": "Tall-giraffes-nap-at-noon-42"
                 *     }
                 */
                "application/json": components["schemas"]["SignUpRequest"];
            };
        };
        responses: {
            /** @description Accepted. A mail may follow; the response is the same with and without one. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SignUpResponse"];
                };
            };
            400: components["responses"]["400.malformed_json.query_not_allowed"];
            403: components["responses"]["403.sign_up_closed"];
            413: components["responses"]["413.payload_too_large"];
            415: components["responses"]["415.unsupported_media_type"];
            422: components["responses"]["422.consent_required.password_too_common.validation_failed"];
            429: components["responses"]["429.too_many_attempts.too_many_requests"];
            500: components["responses"]["500.internal_error"];
            503: components["responses"]["503.overloaded.service_unavailable"];
        };
    };
    signUpResend: {
        parameters: {
            query?: never;
            header?: {
                /** @description Languages of messages by preference (RFC 9110); those available are en and ko */
                "Accept-Language"?: components["parameters"]["Accept-Language"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "signUpId": "p0w3nQ3p5yv7XQv2fJ4yO0dG1bR8mZkTt6uHcS9aLxE"
                 *     }
                 */
                "application/json": components["schemas"]["ResendSignUpRequest"];
            };
        };
        responses: {
            /** @description Accepted. A mail may follow; the response is the same with and without one. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SignUpResponse"];
                };
            };
            400: components["responses"]["400.sign_up_invalid.malformed_json.query_not_allowed"];
            403: components["responses"]["403.sign_up_closed"];
            409: components["responses"]["409.already_confirmed"];
            413: components["responses"]["413.payload_too_large"];
            415: components["responses"]["415.unsupported_media_type"];
            422: components["responses"]["422.validation_failed"];
            429: components["responses"]["429.too_many_requests"];
            500: components["responses"]["500.internal_error"];
            503: components["responses"]["503.service_unavailable"];
        };
    };
    signUpInspect: {
        parameters: {
            query?: never;
            header?: {
                /** @description Languages of messages by preference (RFC 9110); those available are en and ko */
                "Accept-Language"?: components["parameters"]["Accept-Language"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "signUpId": "p0w3nQ3p5yv7XQv2fJ4yO0dG1bR8mZkTt6uHcS9aLxE"
                 *     }
                 */
                "application/json": components["schemas"]["ResendSignUpRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["InspectedSignUpResponse"];
                };
            };
            400: components["responses"]["400.sign_up_invalid.malformed_json.query_not_allowed"];
            409: components["responses"]["409.already_confirmed"];
            413: components["responses"]["413.payload_too_large"];
            415: components["responses"]["415.unsupported_media_type"];
            422: components["responses"]["422.validation_failed"];
            500: components["responses"]["500.internal_error"];
            503: components["responses"]["503.service_unavailable"];
        };
    };
    signUpConfirmCode: {
        parameters: {
            query?: never;
            header?: {
                /** @description Proof by the key of the client (RFC 9449) */
                DPoP?: components["parameters"]["DPoP"];
                /** @description Languages of messages by preference (RFC 9110); those available are en and ko */
                "Accept-Language"?: components["parameters"]["Accept-Language"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "signUpId": "p0w3nQ3p5yv7XQv2fJ4yO0dG1bR8mZkTt6uHcS9aLxE",
                 *       "code": "048213"
                 *     }
                 */
                "application/json": components["schemas"]["ConfirmSignUpByCodeRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TokenResponse"];
                };
            };
            400: components["responses"]["400.code_invalid.malformed_json.query_not_allowed"];
            401: components["responses"]["401.proof_required.proof_invalid.proof_stale"];
            403: components["responses"]["403.sign_up_closed.origin_not_allowed.refused_by_product"];
            409: components["responses"]["409.already_confirmed.login_id_taken.email_taken.identity_taken"];
            413: components["responses"]["413.payload_too_large"];
            415: components["responses"]["415.unsupported_media_type"];
            422: components["responses"]["422.consent_required.validation_failed"];
            429: components["responses"]["429.too_many_attempts.too_many_requests"];
            500: components["responses"]["500.internal_error"];
            503: components["responses"]["503.service_unavailable"];
        };
    };
    signUpConfirmLink: {
        parameters: {
            query?: never;
            header?: {
                /** @description Proof by the key of the client (RFC 9449) */
                DPoP?: components["parameters"]["DPoP"];
                /** @description Languages of messages by preference (RFC 9110); those available are en and ko */
                "Accept-Language"?: components["parameters"]["Accept-Language"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ConfirmSignUpByLinkRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TokenResponse"];
                };
            };
            400: components["responses"]["400.link_invalid.link_expired.malformed_json.query_not_allowed"];
            401: components["responses"]["401.invalid_credentials.proof_required.proof_invalid.proof_stale"];
            403: components["responses"]["403.sign_up_closed.origin_not_allowed.refused_by_product"];
            409: components["responses"]["409.already_confirmed.login_id_taken.email_taken.identity_taken"];
            413: components["responses"]["413.payload_too_large"];
            415: components["responses"]["415.unsupported_media_type"];
            422: components["responses"]["422.consent_required.validation_failed"];
            429: components["responses"]["429.too_many_attempts.too_many_requests"];
            500: components["responses"]["500.internal_error"];
            503: components["responses"]["503.overloaded.service_unavailable"];
        };
    };
    signUpInspectLink: {
        parameters: {
            query?: never;
            header?: {
                /** @description Languages of messages by preference (RFC 9110); those available are en and ko */
                "Accept-Language"?: components["parameters"]["Accept-Language"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "token": "p0w3nQ3p5yv7XQv2fJ4yO0dG1bR8mZkTt6uHcS9aLxE"
                 *     }
                 */
                "application/json": components["schemas"]["SignUpLinkRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["InspectedSignUpLinkResponse"];
                };
            };
            400: components["responses"]["400.link_invalid.link_expired.malformed_json.query_not_allowed"];
            409: components["responses"]["409.already_confirmed"];
            413: components["responses"]["413.payload_too_large"];
            415: components["responses"]["415.unsupported_media_type"];
            422: components["responses"]["422.validation_failed"];
            500: components["responses"]["500.internal_error"];
            503: components["responses"]["503.service_unavailable"];
        };
    };
    signUpDiscard: {
        parameters: {
            query?: never;
            header?: {
                /** @description Languages of messages by preference (RFC 9110); those available are en and ko */
                "Accept-Language"?: components["parameters"]["Accept-Language"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "token": "p0w3nQ3p5yv7XQv2fJ4yO0dG1bR8mZkTt6uHcS9aLxE"
                 *     }
                 */
                "application/json": components["schemas"]["SignUpLinkRequest"];
            };
        };
        responses: {
            /** @description No content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["400.link_invalid.link_expired.malformed_json.query_not_allowed"];
            409: components["responses"]["409.already_confirmed"];
            413: components["responses"]["413.payload_too_large"];
            415: components["responses"]["415.unsupported_media_type"];
            422: components["responses"]["422.validation_failed"];
            500: components["responses"]["500.internal_error"];
            503: components["responses"]["503.service_unavailable"];
        };
    };
    loginIdCheck: {
        parameters: {
            query?: never;
            header?: {
                /** @description Languages of messages by preference (RFC 9110); those available are en and ko */
                "Accept-Language"?: components["parameters"]["Accept-Language"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "loginId": "ada.lovelace"
                 *     }
                 */
                "application/json": components["schemas"]["CheckLoginIdRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LoginIdAvailabilityResponse"];
                };
            };
            400: components["responses"]["400.malformed_json.query_not_allowed"];
            404: components["responses"]["404.not_found"];
            413: components["responses"]["413.payload_too_large"];
            415: components["responses"]["415.unsupported_media_type"];
            422: components["responses"]["422.validation_failed"];
            429: components["responses"]["429.too_many_requests"];
            500: components["responses"]["500.internal_error"];
            503: components["responses"]["503.service_unavailable"];
        };
    };
    logIn: {
        parameters: {
            query?: never;
            header?: {
                /** @description Proof by the key of the client (RFC 9449) */
                DPoP?: components["parameters"]["DPoP"];
                /** @description Languages of messages by preference (RFC 9110); those available are en and ko */
                "Accept-Language"?: components["parameters"]["Accept-Language"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "identifier": "ada.lovelace",
                 *       "password": "Tall-giraffes-nap-at-noon-42"
                 *     }
                 */
                "application/json": components["schemas"]["LoginRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LoginOutcome"];
                };
            };
            400: components["responses"]["400.malformed_json.query_not_allowed"];
            401: components["responses"]["401.invalid_credentials.proof_required.proof_invalid.proof_stale"];
            403: components["responses"]["403.origin_not_allowed.refused_by_product"];
            413: components["responses"]["413.payload_too_large"];
            415: components["responses"]["415.unsupported_media_type"];
            422: components["responses"]["422.validation_failed"];
            429: components["responses"]["429.too_many_requests"];
            500: components["responses"]["500.internal_error"];
            503: components["responses"]["503.overloaded.service_unavailable"];
        };
    };
    logInSecondFactor: {
        parameters: {
            query?: never;
            header?: {
                /** @description Proof by the key of the client (RFC 9449) */
                DPoP?: components["parameters"]["DPoP"];
                /** @description Languages of messages by preference (RFC 9110); those available are en and ko */
                "Accept-Language"?: components["parameters"]["Accept-Language"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "mfaToken": "p0w3nQ3p5yv7XQv2fJ4yO0dG1bR8mZkTt6uHcS9aLxE",
                 *       "code": "048213"
                 *     }
                 */
                "application/json": components["schemas"]["SecondFactorRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CompletedLogin"];
                };
            };
            400: components["responses"]["400.code_invalid.malformed_json.query_not_allowed"];
            401: components["responses"]["401.token_expired.token_invalid.invalid_credentials.proof_required.proof_invalid.proof_stale"];
            403: components["responses"]["403.origin_not_allowed.refused_by_product"];
            413: components["responses"]["413.payload_too_large"];
            415: components["responses"]["415.unsupported_media_type"];
            422: components["responses"]["422.validation_failed"];
            429: components["responses"]["429.too_many_attempts"];
            500: components["responses"]["500.internal_error"];
            503: components["responses"]["503.overloaded.service_unavailable"];
        };
    };
    passkeyLoginOptions: {
        parameters: {
            query?: never;
            header?: {
                /** @description Languages of messages by preference (RFC 9110); those available are en and ko */
                "Accept-Language"?: components["parameters"]["Accept-Language"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                /** @example {} */
                "application/json": components["schemas"]["EmptyRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RequestOptionsResponse"];
                };
            };
            400: components["responses"]["400.malformed_json.query_not_allowed"];
            413: components["responses"]["413.payload_too_large"];
            415: components["responses"]["415.unsupported_media_type"];
            422: components["responses"]["422.validation_failed"];
            429: components["responses"]["429.too_many_requests"];
            500: components["responses"]["500.internal_error"];
            503: components["responses"]["503.service_unavailable"];
        };
    };
    passkeyLoginLogin: {
        parameters: {
            query?: never;
            header?: {
                /** @description Proof by the key of the client (RFC 9449) */
                DPoP?: components["parameters"]["DPoP"];
                /** @description Languages of messages by preference (RFC 9110); those available are en and ko */
                "Accept-Language"?: components["parameters"]["Accept-Language"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "credential": {
                 *         "id": "F1DcLtrGRYbUVPGhDqSjvJqxXvzLw9bRC9mKmQ3xy1c",
                 *         "rawId": "F1DcLtrGRYbUVPGhDqSjvJqxXvzLw9bRC9mKmQ3xy1c",
                 *         "type": "public-key",
                 *         "response": {
                 *           "clientDataJSON": "eyJ0eXBlIjoid2ViYXV0aG4uZ2V0In0",
                 *           "authenticatorData": "SZYN5YgOjGh0NBcPZHZgW4_krrmihjLHmVzzuoMdl2MFAAAAAA",
                 *           "signature": "MEUCIQDGo5wL8V4xE0mXl6rZlq0",
                 *           "userHandle": "Sw88Hm8NTFWdCg9PT08sEQ"
                 *         },
                 *         "clientExtensionResults": {}
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["PasskeyLoginRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CompletedLogin"];
                };
            };
            400: components["responses"]["400.passkey_invalid.passkey_changed.malformed_json.query_not_allowed"];
            401: components["responses"]["401.invalid_credentials.proof_required.proof_invalid.proof_stale"];
            403: components["responses"]["403.origin_not_allowed.refused_by_product"];
            413: components["responses"]["413.payload_too_large"];
            415: components["responses"]["415.unsupported_media_type"];
            422: components["responses"]["422.validation_failed"];
            429: components["responses"]["429.too_many_requests"];
            500: components["responses"]["500.internal_error"];
            503: components["responses"]["503.service_unavailable"];
        };
    };
    passkeyLoginSecondFactorOptions: {
        parameters: {
            query?: never;
            header?: {
                /** @description Languages of messages by preference (RFC 9110); those available are en and ko */
                "Accept-Language"?: components["parameters"]["Accept-Language"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "mfaToken": "p0w3nQ3p5yv7XQv2fJ4yO0dG1bR8mZkTt6uHcS9aLxE"
                 *     }
                 */
                "application/json": components["schemas"]["MfaTokenRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RequestOptionsResponse"];
                };
            };
            400: components["responses"]["400.passkey_invalid.malformed_json.query_not_allowed"];
            401: components["responses"]["401.token_expired.token_invalid"];
            413: components["responses"]["413.payload_too_large"];
            415: components["responses"]["415.unsupported_media_type"];
            422: components["responses"]["422.validation_failed"];
            429: components["responses"]["429.too_many_requests"];
            500: components["responses"]["500.internal_error"];
            503: components["responses"]["503.service_unavailable"];
        };
    };
    passkeyLoginSecondFactor: {
        parameters: {
            query?: never;
            header?: {
                /** @description Proof by the key of the client (RFC 9449) */
                DPoP?: components["parameters"]["DPoP"];
                /** @description Languages of messages by preference (RFC 9110); those available are en and ko */
                "Accept-Language"?: components["parameters"]["Accept-Language"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "mfaToken": "p0w3nQ3p5yv7XQv2fJ4yO0dG1bR8mZkTt6uHcS9aLxE",
                 *       "credential": {
                 *         "id": "F1DcLtrGRYbUVPGhDqSjvJqxXvzLw9bRC9mKmQ3xy1c",
                 *         "rawId": "F1DcLtrGRYbUVPGhDqSjvJqxXvzLw9bRC9mKmQ3xy1c",
                 *         "type": "public-key",
                 *         "response": {
                 *           "clientDataJSON": "eyJ0eXBlIjoid2ViYXV0aG4uZ2V0In0",
                 *           "authenticatorData": "SZYN5YgOjGh0NBcPZHZgW4_krrmihjLHmVzzuoMdl2MFAAAAAA",
                 *           "signature": "MEUCIQDGo5wL8V4xE0mXl6rZlq0",
                 *           "userHandle": "Sw88Hm8NTFWdCg9PT08sEQ"
                 *         },
                 *         "clientExtensionResults": {}
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["SecondFactorPasskeyRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CompletedLogin"];
                };
            };
            400: components["responses"]["400.passkey_invalid.passkey_changed.malformed_json.query_not_allowed"];
            401: components["responses"]["401.token_expired.token_invalid.invalid_credentials.proof_required.proof_invalid.proof_stale"];
            403: components["responses"]["403.origin_not_allowed.refused_by_product"];
            413: components["responses"]["413.payload_too_large"];
            415: components["responses"]["415.unsupported_media_type"];
            422: components["responses"]["422.validation_failed"];
            429: components["responses"]["429.too_many_attempts"];
            500: components["responses"]["500.internal_error"];
            503: components["responses"]["503.overloaded.service_unavailable"];
        };
    };
    refreshTokens: {
        parameters: {
            query?: never;
            header?: {
                /** @description Proof by the key of the client (RFC 9449) */
                DPoP?: components["parameters"]["DPoP"];
                /** @description Languages of messages by preference (RFC 9110); those available are en and ko */
                "Accept-Language"?: components["parameters"]["Accept-Language"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                /** @example {} */
                "application/json": components["schemas"]["RefreshRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RefreshResponse"];
                };
            };
            400: components["responses"]["400.malformed_json.query_not_allowed"];
            401: components["responses"]["401.token_expired.token_invalid.session_ended.token_reused.proof_required.proof_invalid.proof_stale"];
            403: components["responses"]["403.origin_not_allowed.refused_by_product"];
            413: components["responses"]["413.payload_too_large"];
            415: components["responses"]["415.unsupported_media_type"];
            422: components["responses"]["422.validation_failed"];
            500: components["responses"]["500.internal_error"];
            503: components["responses"]["503.overloaded.service_unavailable"];
        };
    };
    verifyToken: {
        parameters: {
            query?: never;
            header?: {
                /** @description Languages of messages by preference (RFC 9110); those available are en and ko */
                "Accept-Language"?: components["parameters"]["Accept-Language"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "token": "eyJhbGciOiJFUzI1NiJ9.e30.c2ln"
                 *     }
                 */
                "application/json": components["schemas"]["VerifyTokenRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["VerifiedTokenResponse"];
                };
            };
            400: components["responses"]["400.malformed_json.query_not_allowed"];
            413: components["responses"]["413.payload_too_large"];
            415: components["responses"]["415.unsupported_media_type"];
            422: components["responses"]["422.validation_failed"];
            500: components["responses"]["500.internal_error"];
            503: components["responses"]["503.service_unavailable"];
        };
    };
    logOut: {
        parameters: {
            query?: never;
            header?: {
                /** @description Proof by the key of the client (RFC 9449) */
                DPoP?: components["parameters"]["DPoP"];
                /** @description Languages of messages by preference (RFC 9110); those available are en and ko */
                "Accept-Language"?: components["parameters"]["Accept-Language"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                /** @example {} */
                "application/json": components["schemas"]["LogoutRequest"];
            };
        };
        responses: {
            /** @description No content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["400.malformed_json.query_not_allowed"];
            401: components["responses"]["401.token_expired.token_invalid.proof_required.proof_invalid.proof_stale"];
            403: components["responses"]["403.origin_not_allowed"];
            413: components["responses"]["413.payload_too_large"];
            415: components["responses"]["415.unsupported_media_type"];
            422: components["responses"]["422.validation_failed"];
            500: components["responses"]["500.internal_error"];
            503: components["responses"]["503.service_unavailable"];
        };
    };
    sessionsList: {
        parameters: {
            query?: never;
            header?: {
                /** @description Languages of messages by preference (RFC 9110); those available are en and ko */
                "Accept-Language"?: components["parameters"]["Accept-Language"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SessionListResponse"];
                };
            };
            401: components["responses"]["401.token_expired.token_invalid.session_ended.proof_required.proof_invalid.proof_stale"];
            500: components["responses"]["500.internal_error"];
            503: components["responses"]["503.service_unavailable"];
        };
    };
    sessionsEndAll: {
        parameters: {
            query?: {
                /** @description true: end the session of this request too */
                includeCurrent?: "true" | "false";
            };
            header?: {
                /** @description Languages of messages by preference (RFC 9110); those available are en and ko */
                "Accept-Language"?: components["parameters"]["Accept-Language"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: components["responses"]["401.token_expired.token_invalid.session_ended.proof_required.proof_invalid.proof_stale"];
            403: components["responses"]["403.reauth_required"];
            422: components["responses"]["422.validation_failed"];
            500: components["responses"]["500.internal_error"];
            503: components["responses"]["503.service_unavailable"];
        };
    };
    sessionsEnd: {
        parameters: {
            query?: never;
            header?: {
                /** @description Languages of messages by preference (RFC 9110); those available are en and ko */
                "Accept-Language"?: components["parameters"]["Accept-Language"];
            };
            path: {
                /** @description The id that a list or another response has */
                id: components["parameters"]["id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: components["responses"]["401.token_expired.token_invalid.session_ended.proof_required.proof_invalid.proof_stale"];
            403: components["responses"]["403.reauth_required"];
            404: components["responses"]["404.not_found"];
            500: components["responses"]["500.internal_error"];
            503: components["responses"]["503.service_unavailable"];
        };
    };
    reauthenticate: {
        parameters: {
            query?: never;
            header?: {
                /** @description Languages of messages by preference (RFC 9110); those available are en and ko */
                "Accept-Language"?: components["parameters"]["Accept-Language"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ReauthenticateRequest"];
            };
        };
        responses: {
            /** @description No content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["400.code_invalid.passkey_invalid.passkey_changed.malformed_json.query_not_allowed"];
            401: components["responses"]["401.token_expired.token_invalid.session_ended.proof_required.proof_invalid.proof_stale.invalid_credentials"];
            413: components["responses"]["413.payload_too_large"];
            415: components["responses"]["415.unsupported_media_type"];
            422: components["responses"]["422.validation_failed"];
            429: components["responses"]["429.too_many_attempts"];
            500: components["responses"]["500.internal_error"];
            503: components["responses"]["503.overloaded.service_unavailable"];
        };
    };
    reauthenticateSocial: {
        parameters: {
            query?: never;
            header?: {
                /** @description Languages of messages by preference (RFC 9110); those available are en and ko */
                "Accept-Language"?: components["parameters"]["Accept-Language"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "requestId": "p0w3nQ3p5yv7XQv2fJ4yO0dG1bR8mZkTt6uHcS9aLxE",
                 *       "code": "4/0AeanS0Zc1",
                 *       "state": "p0w3nQ3p5yv7XQv2fJ4yO0dG1bR8mZkTt6uHcS9aLxE",
                 *       "provider": "kakao"
                 *     }
                 */
                "application/json": components["schemas"]["SocialReauthenticationRequest"];
            };
        };
        responses: {
            /** @description No content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["400.social_login_failed.malformed_json.query_not_allowed"];
            401: components["responses"]["401.token_expired.token_invalid.session_ended.proof_required.proof_invalid.proof_stale"];
            404: components["responses"]["404.not_found"];
            413: components["responses"]["413.payload_too_large"];
            415: components["responses"]["415.unsupported_media_type"];
            422: components["responses"]["422.validation_failed"];
            500: components["responses"]["500.internal_error"];
            503: components["responses"]["503.provider_unavailable.service_unavailable"];
        };
    };
    reauthenticatePasskeyOptions: {
        parameters: {
            query?: never;
            header?: {
                /** @description Languages of messages by preference (RFC 9110); those available are en and ko */
                "Accept-Language"?: components["parameters"]["Accept-Language"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                /** @example {} */
                "application/json": components["schemas"]["EmptyRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RequestOptionsResponse"];
                };
            };
            400: components["responses"]["400.passkey_invalid.malformed_json.query_not_allowed"];
            401: components["responses"]["401.token_expired.token_invalid.session_ended.proof_required.proof_invalid.proof_stale"];
            413: components["responses"]["413.payload_too_large"];
            415: components["responses"]["415.unsupported_media_type"];
            422: components["responses"]["422.validation_failed"];
            500: components["responses"]["500.internal_error"];
            503: components["responses"]["503.service_unavailable"];
        };
    };
    passwordResetSendCode: {
        parameters: {
            query?: never;
            header?: {
                /** @description Languages of messages by preference (RFC 9110); those available are en and ko */
                "Accept-Language"?: components["parameters"]["Accept-Language"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "email": "ada@example.com"
                 *     }
                 */
                "application/json": components["schemas"]["SendResetCodeRequest"];
            };
        };
        responses: {
            /** @description Accepted. A mail may follow; the response is the same with and without one. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CodeSentResponse"];
                };
            };
            400: components["responses"]["400.malformed_json.query_not_allowed"];
            413: components["responses"]["413.payload_too_large"];
            415: components["responses"]["415.unsupported_media_type"];
            422: components["responses"]["422.validation_failed"];
            429: components["responses"]["429.too_many_requests"];
            500: components["responses"]["500.internal_error"];
            503: components["responses"]["503.service_unavailable"];
        };
    };
    passwordResetConfirmCode: {
        parameters: {
            query?: never;
            header?: {
                /** @description Languages of messages by preference (RFC 9110); those available are en and ko */
                "Accept-Language"?: components["parameters"]["Accept-Language"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "requestId": "p0w3nQ3p5yv7XQv2fJ4yO0dG1bR8mZkTt6uHcS9aLxE",
                 *       "code": "048213"
                 *     }
                 */
                "application/json": components["schemas"]["ConfirmCodeRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ResetTokenResponse"];
                };
            };
            400: components["responses"]["400.code_invalid.malformed_json.query_not_allowed"];
            413: components["responses"]["413.payload_too_large"];
            415: components["responses"]["415.unsupported_media_type"];
            422: components["responses"]["422.validation_failed"];
            429: components["responses"]["429.too_many_attempts"];
            500: components["responses"]["500.internal_error"];
            503: components["responses"]["503.service_unavailable"];
        };
    };
    passwordResetConfirmLink: {
        parameters: {
            query?: never;
            header?: {
                /** @description Languages of messages by preference (RFC 9110); those available are en and ko */
                "Accept-Language"?: components["parameters"]["Accept-Language"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "token": "p0w3nQ3p5yv7XQv2fJ4yO0dG1bR8mZkTt6uHcS9aLxE"
                 *     }
                 */
                "application/json": components["schemas"]["ResetLinkRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ResetTokenByLinkResponse"];
                };
            };
            400: components["responses"]["400.link_invalid.link_expired.malformed_json.query_not_allowed"];
            413: components["responses"]["413.payload_too_large"];
            415: components["responses"]["415.unsupported_media_type"];
            422: components["responses"]["422.validation_failed"];
            500: components["responses"]["500.internal_error"];
            503: components["responses"]["503.service_unavailable"];
        };
    };
    passwordResetInspectLink: {
        parameters: {
            query?: never;
            header?: {
                /** @description Languages of messages by preference (RFC 9110); those available are en and ko */
                "Accept-Language"?: components["parameters"]["Accept-Language"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "token": "p0w3nQ3p5yv7XQv2fJ4yO0dG1bR8mZkTt6uHcS9aLxE"
                 *     }
                 */
                "application/json": components["schemas"]["ResetLinkRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["InspectedResetLinkResponse"];
                };
            };
            400: components["responses"]["400.link_invalid.link_expired.malformed_json.query_not_allowed"];
            413: components["responses"]["413.payload_too_large"];
            415: components["responses"]["415.unsupported_media_type"];
            422: components["responses"]["422.validation_failed"];
            500: components["responses"]["500.internal_error"];
            503: components["responses"]["503.service_unavailable"];
        };
    };
    passwordResetComplete: {
        parameters: {
            query?: never;
            header?: {
                /** @description Languages of messages by preference (RFC 9110); those available are en and ko */
                "Accept-Language"?: components["parameters"]["Accept-Language"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "newPassword": "Nine-otters-knit-at-dawn-17"
                 *     }
                 */
                "application/json": components["schemas"]["ResetPasswordRequest"];
            };
        };
        responses: {
            /** @description No content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["400.malformed_json.query_not_allowed"];
            401: components["responses"]["401.token_expired.token_invalid"];
            413: components["responses"]["413.payload_too_large"];
            415: components["responses"]["415.unsupported_media_type"];
            422: components["responses"]["422.password_too_common.validation_failed"];
            429: components["responses"]["429.too_many_requests"];
            500: components["responses"]["500.internal_error"];
            503: components["responses"]["503.overloaded.service_unavailable"];
        };
    };
    loginIdSendCode: {
        parameters: {
            query?: never;
            header?: {
                /** @description Languages of messages by preference (RFC 9110); those available are en and ko */
                "Accept-Language"?: components["parameters"]["Accept-Language"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "email": "ada@example.com"
                 *     }
                 */
                "application/json": components["schemas"]["SendLoginIdCodeRequest"];
            };
        };
        responses: {
            /** @description Accepted. A mail may follow; the response is the same with and without one. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CodeSentResponse"];
                };
            };
            400: components["responses"]["400.malformed_json.query_not_allowed"];
            413: components["responses"]["413.payload_too_large"];
            415: components["responses"]["415.unsupported_media_type"];
            422: components["responses"]["422.validation_failed"];
            429: components["responses"]["429.too_many_requests"];
            500: components["responses"]["500.internal_error"];
            503: components["responses"]["503.service_unavailable"];
        };
    };
    loginIdConfirmCode: {
        parameters: {
            query?: never;
            header?: {
                /** @description Languages of messages by preference (RFC 9110); those available are en and ko */
                "Accept-Language"?: components["parameters"]["Accept-Language"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "requestId": "p0w3nQ3p5yv7XQv2fJ4yO0dG1bR8mZkTt6uHcS9aLxE",
                 *       "code": "048213"
                 *     }
                 */
                "application/json": components["schemas"]["ConfirmLoginIdCodeRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FoundLoginIdResponse"];
                };
            };
            400: components["responses"]["400.code_invalid.malformed_json.query_not_allowed"];
            413: components["responses"]["413.payload_too_large"];
            415: components["responses"]["415.unsupported_media_type"];
            422: components["responses"]["422.validation_failed"];
            429: components["responses"]["429.too_many_attempts"];
            500: components["responses"]["500.internal_error"];
            503: components["responses"]["503.service_unavailable"];
        };
    };
    meGet: {
        parameters: {
            query?: never;
            header?: {
                /** @description Languages of messages by preference (RFC 9110); those available are en and ko */
                "Accept-Language"?: components["parameters"]["Accept-Language"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProfileResponse"];
                };
            };
            401: components["responses"]["401.token_expired.token_invalid.session_ended.proof_required.proof_invalid.proof_stale"];
            500: components["responses"]["500.internal_error"];
            503: components["responses"]["503.service_unavailable"];
        };
    };
    accountClose: {
        parameters: {
            query?: never;
            header?: {
                /** @description Languages of messages by preference (RFC 9110); those available are en and ko */
                "Accept-Language"?: components["parameters"]["Accept-Language"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CloseAccountRequest"];
            };
        };
        responses: {
            /** @description No content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["400.malformed_json.query_not_allowed"];
            401: components["responses"]["401.token_expired.token_invalid.session_ended.proof_required.proof_invalid.proof_stale.invalid_credentials"];
            403: components["responses"]["403.reauth_required"];
            409: components["responses"]["409.last_admin"];
            413: components["responses"]["413.payload_too_large"];
            415: components["responses"]["415.unsupported_media_type"];
            422: components["responses"]["422.validation_failed"];
            500: components["responses"]["500.internal_error"];
            503: components["responses"]["503.overloaded.service_unavailable"];
        };
    };
    meUpdate: {
        parameters: {
            query?: never;
            header?: {
                /** @description Languages of messages by preference (RFC 9110); those available are en and ko */
                "Accept-Language"?: components["parameters"]["Accept-Language"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UpdateProfileRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProfileResponse"];
                };
            };
            400: components["responses"]["400.malformed_json.query_not_allowed"];
            401: components["responses"]["401.token_expired.token_invalid.session_ended.proof_required.proof_invalid.proof_stale"];
            409: components["responses"]["409.login_id_taken"];
            413: components["responses"]["413.payload_too_large"];
            415: components["responses"]["415.unsupported_media_type"];
            422: components["responses"]["422.validation_failed"];
            429: components["responses"]["429.too_many_attempts.too_many_requests"];
            500: components["responses"]["500.internal_error"];
            503: components["responses"]["503.service_unavailable"];
        };
    };
    changePassword: {
        parameters: {
            query?: never;
            header?: {
                /** @description Languages of messages by preference (RFC 9110); those available are en and ko */
                "Accept-Language"?: components["parameters"]["Accept-Language"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "currentPassword": "Tall-giraffes-nap-at-noon-42",
                 *       "newPassword": "Nine-otters-knit-at-dawn-17"
                 *     }
                 */
                "application/json": components["schemas"]["ChangePasswordRequest"];
            };
        };
        responses: {
            /** @description No content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["400.malformed_json.query_not_allowed"];
            401: components["responses"]["401.token_expired.token_invalid.session_ended.proof_required.proof_invalid.proof_stale.invalid_credentials"];
            413: components["responses"]["413.payload_too_large"];
            415: components["responses"]["415.unsupported_media_type"];
            422: components["responses"]["422.password_too_common.validation_failed"];
            429: components["responses"]["429.too_many_requests"];
            500: components["responses"]["500.internal_error"];
            503: components["responses"]["503.overloaded.service_unavailable"];
        };
    };
    twoFactorStatusGet: {
        parameters: {
            query?: never;
            header?: {
                /** @description Languages of messages by preference (RFC 9110); those available are en and ko */
                "Accept-Language"?: components["parameters"]["Accept-Language"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TwoFactorStatusResponse"];
                };
            };
            401: components["responses"]["401.token_expired.token_invalid.session_ended.proof_required.proof_invalid.proof_stale"];
            500: components["responses"]["500.internal_error"];
            503: components["responses"]["503.service_unavailable"];
        };
    };
    twoFactorEnrol: {
        parameters: {
            query?: never;
            header?: {
                /** @description Languages of messages by preference (RFC 9110); those available are en and ko */
                "Accept-Language"?: components["parameters"]["Accept-Language"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["FactorChangeRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TotpEnrolmentResponse"];
                };
            };
            400: components["responses"]["400.code_invalid.malformed_json.query_not_allowed"];
            401: components["responses"]["401.token_expired.token_invalid.session_ended.proof_required.proof_invalid.proof_stale.invalid_credentials"];
            403: components["responses"]["403.reauth_required.factor_proof_required"];
            409: components["responses"]["409.totp_already_enabled"];
            413: components["responses"]["413.payload_too_large"];
            415: components["responses"]["415.unsupported_media_type"];
            422: components["responses"]["422.validation_failed"];
            429: components["responses"]["429.too_many_attempts"];
            500: components["responses"]["500.internal_error"];
            503: components["responses"]["503.overloaded.service_unavailable"];
        };
    };
    twoFactorRemove: {
        parameters: {
            query?: never;
            header?: {
                /** @description Languages of messages by preference (RFC 9110); those available are en and ko */
                "Accept-Language"?: components["parameters"]["Accept-Language"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RemoveTotpRequest"];
            };
        };
        responses: {
            /** @description No content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["400.code_invalid.malformed_json.query_not_allowed"];
            401: components["responses"]["401.token_expired.token_invalid.session_ended.proof_required.proof_invalid.proof_stale.invalid_credentials"];
            403: components["responses"]["403.reauth_required.factor_proof_required"];
            409: components["responses"]["409.totp_not_enabled"];
            413: components["responses"]["413.payload_too_large"];
            415: components["responses"]["415.unsupported_media_type"];
            422: components["responses"]["422.validation_failed"];
            429: components["responses"]["429.too_many_attempts"];
            500: components["responses"]["500.internal_error"];
            503: components["responses"]["503.overloaded.service_unavailable"];
        };
    };
    twoFactorConfirm: {
        parameters: {
            query?: never;
            header?: {
                /** @description Languages of messages by preference (RFC 9110); those available are en and ko */
                "Accept-Language"?: components["parameters"]["Accept-Language"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "code": "048213"
                 *     }
                 */
                "application/json": components["schemas"]["ConfirmTotpRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RecoveryCodesResponse"];
                };
            };
            400: components["responses"]["400.code_invalid.malformed_json.query_not_allowed"];
            401: components["responses"]["401.token_expired.token_invalid.session_ended.proof_required.proof_invalid.proof_stale"];
            403: components["responses"]["403.reauth_required.factor_proof_required"];
            409: components["responses"]["409.totp_already_enabled"];
            413: components["responses"]["413.payload_too_large"];
            415: components["responses"]["415.unsupported_media_type"];
            422: components["responses"]["422.validation_failed"];
            429: components["responses"]["429.too_many_attempts"];
            500: components["responses"]["500.internal_error"];
            503: components["responses"]["503.overloaded.service_unavailable"];
        };
    };
    twoFactorRegenerate: {
        parameters: {
            query?: never;
            header?: {
                /** @description Languages of messages by preference (RFC 9110); those available are en and ko */
                "Accept-Language"?: components["parameters"]["Accept-Language"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["FactorChangeRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RecoveryCodesResponse"];
                };
            };
            400: components["responses"]["400.code_invalid.malformed_json.query_not_allowed"];
            401: components["responses"]["401.token_expired.token_invalid.session_ended.proof_required.proof_invalid.proof_stale.invalid_credentials"];
            403: components["responses"]["403.reauth_required.factor_proof_required"];
            409: components["responses"]["409.totp_not_enabled"];
            413: components["responses"]["413.payload_too_large"];
            415: components["responses"]["415.unsupported_media_type"];
            422: components["responses"]["422.validation_failed"];
            429: components["responses"]["429.too_many_attempts"];
            500: components["responses"]["500.internal_error"];
            503: components["responses"]["503.overloaded.service_unavailable"];
        };
    };
    passkeysOptions: {
        parameters: {
            query?: never;
            header?: {
                /** @description Languages of messages by preference (RFC 9110); those available are en and ko */
                "Accept-Language"?: components["parameters"]["Accept-Language"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["FactorChangeRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CreationOptionsResponse"];
                };
            };
            400: components["responses"]["400.code_invalid.malformed_json.query_not_allowed"];
            401: components["responses"]["401.token_expired.token_invalid.session_ended.proof_required.proof_invalid.proof_stale.invalid_credentials"];
            403: components["responses"]["403.reauth_required.factor_proof_required"];
            409: components["responses"]["409.passkey_limit_reached"];
            413: components["responses"]["413.payload_too_large"];
            415: components["responses"]["415.unsupported_media_type"];
            422: components["responses"]["422.validation_failed"];
            429: components["responses"]["429.too_many_attempts"];
            500: components["responses"]["500.internal_error"];
            503: components["responses"]["503.overloaded.service_unavailable"];
        };
    };
    passkeysList: {
        parameters: {
            query?: never;
            header?: {
                /** @description Languages of messages by preference (RFC 9110); those available are en and ko */
                "Accept-Language"?: components["parameters"]["Accept-Language"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PasskeyListResponse"];
                };
            };
            401: components["responses"]["401.token_expired.token_invalid.session_ended.proof_required.proof_invalid.proof_stale"];
            500: components["responses"]["500.internal_error"];
            503: components["responses"]["503.service_unavailable"];
        };
    };
    passkeysRegister: {
        parameters: {
            query?: never;
            header?: {
                /** @description Languages of messages by preference (RFC 9110); those available are en and ko */
                "Accept-Language"?: components["parameters"]["Accept-Language"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "credential": {
                 *         "id": "F1DcLtrGRYbUVPGhDqSjvJqxXvzLw9bRC9mKmQ3xy1c",
                 *         "rawId": "F1DcLtrGRYbUVPGhDqSjvJqxXvzLw9bRC9mKmQ3xy1c",
                 *         "type": "public-key",
                 *         "response": {
                 *           "clientDataJSON": "eyJ0eXBlIjoid2ViYXV0aG4uY3JlYXRlIn0",
                 *           "attestationObject": "o2NmbXRkbm9uZWdhdHRTdG10oGhhdXRoRGF0YVik",
                 *           "transports": [
                 *             "internal"
                 *           ]
                 *         },
                 *         "clientExtensionResults": {}
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["RegisterPasskeyRequest"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RegisteredPasskeyResponse"];
                };
            };
            400: components["responses"]["400.passkey_invalid.malformed_json.query_not_allowed"];
            401: components["responses"]["401.token_expired.token_invalid.session_ended.proof_required.proof_invalid.proof_stale"];
            403: components["responses"]["403.reauth_required.factor_proof_required"];
            409: components["responses"]["409.passkey_limit_reached"];
            413: components["responses"]["413.payload_too_large"];
            415: components["responses"]["415.unsupported_media_type"];
            422: components["responses"]["422.validation_failed"];
            500: components["responses"]["500.internal_error"];
            503: components["responses"]["503.service_unavailable"];
        };
    };
    passkeysRemove: {
        parameters: {
            query?: never;
            header?: {
                /** @description Languages of messages by preference (RFC 9110); those available are en and ko */
                "Accept-Language"?: components["parameters"]["Accept-Language"];
            };
            path: {
                /** @description The id that a list or another response has */
                id: components["parameters"]["id"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["FactorChangeRequest"];
            };
        };
        responses: {
            /** @description No content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["400.code_invalid.malformed_json.query_not_allowed"];
            401: components["responses"]["401.token_expired.token_invalid.session_ended.proof_required.proof_invalid.proof_stale.invalid_credentials"];
            403: components["responses"]["403.reauth_required.factor_proof_required"];
            404: components["responses"]["404.not_found"];
            409: components["responses"]["409.last_way_in"];
            413: components["responses"]["413.payload_too_large"];
            415: components["responses"]["415.unsupported_media_type"];
            422: components["responses"]["422.validation_failed"];
            429: components["responses"]["429.too_many_attempts"];
            500: components["responses"]["500.internal_error"];
            503: components["responses"]["503.overloaded.service_unavailable"];
        };
    };
    passkeysRename: {
        parameters: {
            query?: never;
            header?: {
                /** @description Languages of messages by preference (RFC 9110); those available are en and ko */
                "Accept-Language"?: components["parameters"]["Accept-Language"];
            };
            path: {
                /** @description The id that a list or another response has */
                id: components["parameters"]["id"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "name": "Blue security key"
                 *     }
                 */
                "application/json": components["schemas"]["RenamePasskeyRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PasskeyResponse"];
                };
            };
            400: components["responses"]["400.malformed_json.query_not_allowed"];
            401: components["responses"]["401.token_expired.token_invalid.session_ended.proof_required.proof_invalid.proof_stale"];
            404: components["responses"]["404.not_found"];
            413: components["responses"]["413.payload_too_large"];
            415: components["responses"]["415.unsupported_media_type"];
            422: components["responses"]["422.validation_failed"];
            500: components["responses"]["500.internal_error"];
            503: components["responses"]["503.service_unavailable"];
        };
    };
    identitiesList: {
        parameters: {
            query?: never;
            header?: {
                /** @description Languages of messages by preference (RFC 9110); those available are en and ko */
                "Accept-Language"?: components["parameters"]["Accept-Language"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["IdentityListResponse"];
                };
            };
            401: components["responses"]["401.token_expired.token_invalid.session_ended.proof_required.proof_invalid.proof_stale"];
            500: components["responses"]["500.internal_error"];
            503: components["responses"]["503.service_unavailable"];
        };
    };
    identitiesLink: {
        parameters: {
            query?: never;
            header?: {
                /** @description Languages of messages by preference (RFC 9110); those available are en and ko */
                "Accept-Language"?: components["parameters"]["Accept-Language"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "requestId": "p0w3nQ3p5yv7XQv2fJ4yO0dG1bR8mZkTt6uHcS9aLxE",
                 *       "code": "4/0AeanS0Zc1",
                 *       "state": "p0w3nQ3p5yv7XQv2fJ4yO0dG1bR8mZkTt6uHcS9aLxE",
                 *       "provider": "google"
                 *     }
                 */
                "application/json": components["schemas"]["LinkIdentityRequest"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["IdentityResponse"];
                };
            };
            400: components["responses"]["400.social_login_failed.malformed_json.query_not_allowed"];
            401: components["responses"]["401.token_expired.token_invalid.session_ended.proof_required.proof_invalid.proof_stale"];
            403: components["responses"]["403.reauth_required"];
            404: components["responses"]["404.not_found"];
            409: components["responses"]["409.identity_taken"];
            413: components["responses"]["413.payload_too_large"];
            415: components["responses"]["415.unsupported_media_type"];
            422: components["responses"]["422.validation_failed"];
            500: components["responses"]["500.internal_error"];
            503: components["responses"]["503.provider_unavailable.service_unavailable"];
        };
    };
    identitiesUnlink: {
        parameters: {
            query?: never;
            header?: {
                /** @description Languages of messages by preference (RFC 9110); those available are en and ko */
                "Accept-Language"?: components["parameters"]["Accept-Language"];
            };
            path: {
                /** @description The id that a list or another response has */
                id: components["parameters"]["id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: components["responses"]["401.token_expired.token_invalid.session_ended.proof_required.proof_invalid.proof_stale"];
            403: components["responses"]["403.reauth_required"];
            404: components["responses"]["404.not_found"];
            409: components["responses"]["409.last_way_in"];
            500: components["responses"]["500.internal_error"];
            503: components["responses"]["503.service_unavailable"];
        };
    };
    consentsList: {
        parameters: {
            query?: never;
            header?: {
                /** @description Languages of messages by preference (RFC 9110); those available are en and ko */
                "Accept-Language"?: components["parameters"]["Accept-Language"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OwnConsentListResponse"];
                };
            };
            401: components["responses"]["401.token_expired.token_invalid.session_ended.proof_required.proof_invalid.proof_stale"];
            500: components["responses"]["500.internal_error"];
            503: components["responses"]["503.service_unavailable"];
        };
    };
    consentsGive: {
        parameters: {
            query?: never;
            header?: {
                /** @description Languages of messages by preference (RFC 9110); those available are en and ko */
                "Accept-Language"?: components["parameters"]["Accept-Language"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "consents": []
                 *     }
                 */
                "application/json": components["schemas"]["GiveConsentsRequest"];
            };
        };
        responses: {
            /** @description No content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["400.malformed_json.query_not_allowed"];
            401: components["responses"]["401.token_expired.token_invalid.session_ended.proof_required.proof_invalid.proof_stale"];
            413: components["responses"]["413.payload_too_large"];
            415: components["responses"]["415.unsupported_media_type"];
            422: components["responses"]["422.validation_failed"];
            500: components["responses"]["500.internal_error"];
            503: components["responses"]["503.service_unavailable"];
        };
    };
    consentsWithdraw: {
        parameters: {
            query?: never;
            header?: {
                /** @description Languages of messages by preference (RFC 9110); those available are en and ko */
                "Accept-Language"?: components["parameters"]["Accept-Language"];
            };
            path: {
                /** @description The id of a document */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: components["responses"]["401.token_expired.token_invalid.session_ended.proof_required.proof_invalid.proof_stale"];
            404: components["responses"]["404.not_found"];
            422: components["responses"]["422.consent_required"];
            500: components["responses"]["500.internal_error"];
            503: components["responses"]["503.service_unavailable"];
        };
    };
    meExport: {
        parameters: {
            query?: never;
            header?: {
                /** @description Languages of messages by preference (RFC 9110); those available are en and ko */
                "Accept-Language"?: components["parameters"]["Accept-Language"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AccountExportResponse"];
                };
            };
            401: components["responses"]["401.token_expired.token_invalid.session_ended.proof_required.proof_invalid.proof_stale"];
            403: components["responses"]["403.reauth_required"];
            500: components["responses"]["500.internal_error"];
            503: components["responses"]["503.service_unavailable"];
        };
    };
    timelineList: {
        parameters: {
            query?: {
                /** @description Entries on a page */
                limit?: components["parameters"]["limit"];
                /** @description `nextCursor` of the previous page */
                cursor?: components["parameters"]["cursor"];
            };
            header?: {
                /** @description Languages of messages by preference (RFC 9110); those available are en and ko */
                "Accept-Language"?: components["parameters"]["Accept-Language"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SecurityActivityResponse"];
                };
            };
            401: components["responses"]["401.token_expired.token_invalid.session_ended.proof_required.proof_invalid.proof_stale"];
            422: components["responses"]["422.validation_failed"];
            500: components["responses"]["500.internal_error"];
            503: components["responses"]["503.service_unavailable"];
        };
    };
    accountSendCode: {
        parameters: {
            query?: never;
            header?: {
                /** @description Languages of messages by preference (RFC 9110); those available are en and ko */
                "Accept-Language"?: components["parameters"]["Accept-Language"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "newEmail": "ada@lovelace.example"
                 *     }
                 */
                "application/json": components["schemas"]["ChangeEmailRequest"];
            };
        };
        responses: {
            /** @description Accepted. A mail may follow; the response is the same with and without one. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CodeSentResponse"];
                };
            };
            400: components["responses"]["400.malformed_json.query_not_allowed"];
            401: components["responses"]["401.token_expired.token_invalid.session_ended.proof_required.proof_invalid.proof_stale.invalid_credentials"];
            403: components["responses"]["403.reauth_required"];
            413: components["responses"]["413.payload_too_large"];
            415: components["responses"]["415.unsupported_media_type"];
            422: components["responses"]["422.validation_failed"];
            429: components["responses"]["429.too_many_requests"];
            500: components["responses"]["500.internal_error"];
            503: components["responses"]["503.overloaded.service_unavailable"];
        };
    };
    accountConfirmCode: {
        parameters: {
            query?: never;
            header?: {
                /** @description Languages of messages by preference (RFC 9110); those available are en and ko */
                "Accept-Language"?: components["parameters"]["Accept-Language"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "requestId": "p0w3nQ3p5yv7XQv2fJ4yO0dG1bR8mZkTt6uHcS9aLxE",
                 *       "code": "048213"
                 *     }
                 */
                "application/json": components["schemas"]["ConfirmCodeRequest"];
            };
        };
        responses: {
            /** @description No content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["400.code_invalid.malformed_json.query_not_allowed"];
            401: components["responses"]["401.token_expired.token_invalid.session_ended.proof_required.proof_invalid.proof_stale"];
            409: components["responses"]["409.email_taken"];
            413: components["responses"]["413.payload_too_large"];
            415: components["responses"]["415.unsupported_media_type"];
            422: components["responses"]["422.validation_failed"];
            429: components["responses"]["429.too_many_attempts"];
            500: components["responses"]["500.internal_error"];
            503: components["responses"]["503.service_unavailable"];
        };
    };
    accountConfirmLink: {
        parameters: {
            query?: never;
            header?: {
                /** @description Languages of messages by preference (RFC 9110); those available are en and ko */
                "Accept-Language"?: components["parameters"]["Accept-Language"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "token": "p0w3nQ3p5yv7XQv2fJ4yO0dG1bR8mZkTt6uHcS9aLxE"
                 *     }
                 */
                "application/json": components["schemas"]["EmailLinkRequest"];
            };
        };
        responses: {
            /** @description No content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["400.link_invalid.link_expired.malformed_json.query_not_allowed"];
            409: components["responses"]["409.email_taken"];
            413: components["responses"]["413.payload_too_large"];
            415: components["responses"]["415.unsupported_media_type"];
            422: components["responses"]["422.validation_failed"];
            500: components["responses"]["500.internal_error"];
            503: components["responses"]["503.service_unavailable"];
        };
    };
    accountInspectLink: {
        parameters: {
            query?: never;
            header?: {
                /** @description Languages of messages by preference (RFC 9110); those available are en and ko */
                "Accept-Language"?: components["parameters"]["Accept-Language"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "token": "p0w3nQ3p5yv7XQv2fJ4yO0dG1bR8mZkTt6uHcS9aLxE"
                 *     }
                 */
                "application/json": components["schemas"]["EmailLinkRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["InspectedEmailChangeResponse"];
                };
            };
            400: components["responses"]["400.link_invalid.link_expired.malformed_json.query_not_allowed"];
            409: components["responses"]["409.email_taken"];
            413: components["responses"]["413.payload_too_large"];
            415: components["responses"]["415.unsupported_media_type"];
            422: components["responses"]["422.validation_failed"];
            500: components["responses"]["500.internal_error"];
            503: components["responses"]["503.service_unavailable"];
        };
    };
    accountInspectUndo: {
        parameters: {
            query?: never;
            header?: {
                /** @description Languages of messages by preference (RFC 9110); those available are en and ko */
                "Accept-Language"?: components["parameters"]["Accept-Language"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "token": "p0w3nQ3p5yv7XQv2fJ4yO0dG1bR8mZkTt6uHcS9aLxE"
                 *     }
                 */
                "application/json": components["schemas"]["EmailLinkRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["InspectedEmailUndoResponse"];
                };
            };
            400: components["responses"]["400.link_invalid.link_expired.malformed_json.query_not_allowed"];
            413: components["responses"]["413.payload_too_large"];
            415: components["responses"]["415.unsupported_media_type"];
            422: components["responses"]["422.validation_failed"];
            500: components["responses"]["500.internal_error"];
            503: components["responses"]["503.service_unavailable"];
        };
    };
    accountUndo: {
        parameters: {
            query?: never;
            header?: {
                /** @description Languages of messages by preference (RFC 9110); those available are en and ko */
                "Accept-Language"?: components["parameters"]["Accept-Language"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "token": "p0w3nQ3p5yv7XQv2fJ4yO0dG1bR8mZkTt6uHcS9aLxE"
                 *     }
                 */
                "application/json": components["schemas"]["EmailLinkRequest"];
            };
        };
        responses: {
            /** @description No content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["400.link_invalid.link_expired.malformed_json.query_not_allowed"];
            409: components["responses"]["409.email_taken"];
            413: components["responses"]["413.payload_too_large"];
            415: components["responses"]["415.unsupported_media_type"];
            422: components["responses"]["422.validation_failed"];
            500: components["responses"]["500.internal_error"];
            503: components["responses"]["503.service_unavailable"];
        };
    };
    notMeReport: {
        parameters: {
            query?: never;
            header?: {
                /** @description Languages of messages by preference (RFC 9110); those available are en and ko */
                "Accept-Language"?: components["parameters"]["Accept-Language"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "token": "p0w3nQ3p5yv7XQv2fJ4yO0dG1bR8mZkTt6uHcS9aLxE"
                 *     }
                 */
                "application/json": components["schemas"]["DisavowalRequest"];
            };
        };
        responses: {
            /** @description No content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["400.link_invalid.link_expired.malformed_json.query_not_allowed"];
            409: components["responses"]["409.email_taken"];
            413: components["responses"]["413.payload_too_large"];
            415: components["responses"]["415.unsupported_media_type"];
            422: components["responses"]["422.validation_failed"];
            500: components["responses"]["500.internal_error"];
            503: components["responses"]["503.service_unavailable"];
        };
    };
    notMeInspect: {
        parameters: {
            query?: never;
            header?: {
                /** @description Languages of messages by preference (RFC 9110); those available are en and ko */
                "Accept-Language"?: components["parameters"]["Accept-Language"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "token": "p0w3nQ3p5yv7XQv2fJ4yO0dG1bR8mZkTt6uHcS9aLxE"
                 *     }
                 */
                "application/json": components["schemas"]["DisavowalRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DisavowalResponse"];
                };
            };
            400: components["responses"]["400.link_invalid.link_expired.malformed_json.query_not_allowed"];
            413: components["responses"]["413.payload_too_large"];
            415: components["responses"]["415.unsupported_media_type"];
            422: components["responses"]["422.validation_failed"];
            500: components["responses"]["500.internal_error"];
            503: components["responses"]["503.service_unavailable"];
        };
    };
    loginDiagnosisDiagnose: {
        parameters: {
            query: {
                /** @description Login ID or address, as the person types it */
                identifier: string;
            };
            header?: {
                /** @description Languages of messages by preference (RFC 9110); those available are en and ko */
                "Accept-Language"?: components["parameters"]["Accept-Language"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LoginDiagnosisResponse"];
                };
            };
            401: components["responses"]["401.token_expired.token_invalid.session_ended.proof_required.proof_invalid.proof_stale.api_key_invalid"];
            403: components["responses"]["403.forbidden.two_factor_required.insufficient_scope.address_not_allowed"];
            422: components["responses"]["422.validation_failed"];
            429: components["responses"]["429.too_many_requests"];
            500: components["responses"]["500.internal_error"];
            503: components["responses"]["503.service_unavailable"];
        };
    };
    importsList: {
        parameters: {
            query?: never;
            header?: {
                /** @description Languages of messages by preference (RFC 9110); those available are en and ko */
                "Accept-Language"?: components["parameters"]["Accept-Language"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ImportListResponse"];
                };
            };
            401: components["responses"]["401.token_expired.token_invalid.session_ended.proof_required.proof_invalid.proof_stale.api_key_invalid"];
            403: components["responses"]["403.forbidden.two_factor_required.insufficient_scope.address_not_allowed"];
            429: components["responses"]["429.too_many_requests"];
            500: components["responses"]["500.internal_error"];
            503: components["responses"]["503.service_unavailable"];
        };
    };
    overviewShow: {
        parameters: {
            query?: {
                /** @description hour: by the minute; day: by the hour; month: 30 days */
                period?: "hour" | "day" | "month";
            };
            header?: {
                /** @description Languages of messages by preference (RFC 9110); those available are en and ko */
                "Accept-Language"?: components["parameters"]["Accept-Language"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OverviewResponse"];
                };
            };
            401: components["responses"]["401.token_expired.token_invalid.session_ended.proof_required.proof_invalid.proof_stale.api_key_invalid"];
            403: components["responses"]["403.forbidden.two_factor_required.insufficient_scope.address_not_allowed"];
            422: components["responses"]["422.validation_failed"];
            429: components["responses"]["429.too_many_requests"];
            500: components["responses"]["500.internal_error"];
            503: components["responses"]["503.service_unavailable"];
        };
    };
    membersAdminList: {
        parameters: {
            query?: {
                /** @description Entries on a page */
                limit?: components["parameters"]["limit"];
                /** @description `nextCursor` of the previous page */
                cursor?: components["parameters"]["cursor"];
                /** @description The beginning of a login ID, an address or a name, in any case; or an id */
                query?: string;
                /** @description Members with this status */
                status?: "active" | "disabled" | "closed";
                /** @description Members with this role */
                role?: "member" | "admin";
            };
            header?: {
                /** @description Languages of messages by preference (RFC 9110); those available are en and ko */
                "Accept-Language"?: components["parameters"]["Accept-Language"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MemberListResponse"];
                };
            };
            401: components["responses"]["401.token_expired.token_invalid.session_ended.proof_required.proof_invalid.proof_stale.api_key_invalid"];
            403: components["responses"]["403.forbidden.two_factor_required.insufficient_scope.address_not_allowed"];
            422: components["responses"]["422.validation_failed"];
            429: components["responses"]["429.too_many_requests"];
            500: components["responses"]["500.internal_error"];
            503: components["responses"]["503.service_unavailable"];
        };
    };
    membersAdminLook: {
        parameters: {
            query?: never;
            header?: {
                /** @description Languages of messages by preference (RFC 9110); those available are en and ko */
                "Accept-Language"?: components["parameters"]["Accept-Language"];
            };
            path: {
                /** @description The id that a list or another response has */
                id: components["parameters"]["id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MemberDetailsResponse"];
                };
            };
            401: components["responses"]["401.token_expired.token_invalid.session_ended.proof_required.proof_invalid.proof_stale.api_key_invalid"];
            403: components["responses"]["403.forbidden.two_factor_required.insufficient_scope.address_not_allowed"];
            404: components["responses"]["404.not_found"];
            429: components["responses"]["429.too_many_requests"];
            500: components["responses"]["500.internal_error"];
            503: components["responses"]["503.service_unavailable"];
        };
    };
    eraseMember: {
        parameters: {
            query?: never;
            header?: {
                /** @description Why, for the audit log and the mail to the member: percent-encoded UTF-8, at most 500 characters */
                "Audit-Reason"?: components["parameters"]["Audit-Reason"];
                /** @description Languages of messages by preference (RFC 9110); those available are en and ko */
                "Accept-Language"?: components["parameters"]["Accept-Language"];
            };
            path: {
                /** @description The id that a list or another response has */
                id: components["parameters"]["id"];
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                /** @example {} */
                "application/json": components["schemas"]["EraseMemberRequest"];
            };
        };
        responses: {
            /** @description No content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["400.malformed_json.query_not_allowed"];
            401: components["responses"]["401.token_expired.token_invalid.session_ended.proof_required.proof_invalid.proof_stale"];
            403: components["responses"]["403.forbidden.two_factor_required.reauth_required.person_required"];
            404: components["responses"]["404.not_found"];
            409: components["responses"]["409.member_not_active.last_admin"];
            413: components["responses"]["413.payload_too_large"];
            415: components["responses"]["415.unsupported_media_type"];
            422: components["responses"]["422.validation_failed"];
            500: components["responses"]["500.internal_error"];
            503: components["responses"]["503.service_unavailable"];
        };
    };
    membersAdminChange: {
        parameters: {
            query?: never;
            header?: {
                /** @description Why, for the audit log and the mail to the member: percent-encoded UTF-8, at most 500 characters */
                "Audit-Reason"?: components["parameters"]["Audit-Reason"];
                /** @description Languages of messages by preference (RFC 9110); those available are en and ko */
                "Accept-Language"?: components["parameters"]["Accept-Language"];
            };
            path: {
                /** @description The id that a list or another response has */
                id: components["parameters"]["id"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ChangeMemberRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MemberDetailsResponse"];
                };
            };
            400: components["responses"]["400.malformed_json.query_not_allowed"];
            401: components["responses"]["401.token_expired.token_invalid.session_ended.proof_required.proof_invalid.proof_stale.api_key_invalid"];
            403: components["responses"]["403.forbidden.two_factor_required.reauth_required.person_required.insufficient_scope.address_not_allowed"];
            404: components["responses"]["404.not_found"];
            409: components["responses"]["409.member_not_active.last_admin"];
            413: components["responses"]["413.payload_too_large"];
            415: components["responses"]["415.unsupported_media_type"];
            422: components["responses"]["422.validation_failed"];
            429: components["responses"]["429.too_many_requests"];
            500: components["responses"]["500.internal_error"];
            503: components["responses"]["503.service_unavailable"];
        };
    };
    membersAdminDemandPasswordReset: {
        parameters: {
            query?: never;
            header?: {
                /** @description Why, for the audit log and the mail to the member: percent-encoded UTF-8, at most 500 characters */
                "Audit-Reason"?: components["parameters"]["Audit-Reason"];
                /** @description Languages of messages by preference (RFC 9110); those available are en and ko */
                "Accept-Language"?: components["parameters"]["Accept-Language"];
            };
            path: {
                /** @description The id that a list or another response has */
                id: components["parameters"]["id"];
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                /** @example {} */
                "application/json": components["schemas"]["DemandPasswordResetRequest"];
            };
        };
        responses: {
            /** @description Accepted. A mail may follow; the response is the same with and without one. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["400.malformed_json.query_not_allowed"];
            401: components["responses"]["401.token_expired.token_invalid.session_ended.proof_required.proof_invalid.proof_stale.api_key_invalid"];
            403: components["responses"]["403.forbidden.two_factor_required.reauth_required.person_required.insufficient_scope.address_not_allowed"];
            404: components["responses"]["404.not_found"];
            409: components["responses"]["409.member_not_active"];
            413: components["responses"]["413.payload_too_large"];
            415: components["responses"]["415.unsupported_media_type"];
            422: components["responses"]["422.validation_failed"];
            429: components["responses"]["429.too_many_requests"];
            500: components["responses"]["500.internal_error"];
            503: components["responses"]["503.service_unavailable"];
        };
    };
    memberViewsListSessions: {
        parameters: {
            query?: never;
            header?: {
                /** @description Languages of messages by preference (RFC 9110); those available are en and ko */
                "Accept-Language"?: components["parameters"]["Accept-Language"];
            };
            path: {
                /** @description The id that a list or another response has */
                id: components["parameters"]["id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MemberSessionListResponse"];
                };
            };
            401: components["responses"]["401.token_expired.token_invalid.session_ended.proof_required.proof_invalid.proof_stale.api_key_invalid"];
            403: components["responses"]["403.forbidden.two_factor_required.insufficient_scope.address_not_allowed"];
            404: components["responses"]["404.not_found"];
            429: components["responses"]["429.too_many_requests"];
            500: components["responses"]["500.internal_error"];
            503: components["responses"]["503.service_unavailable"];
        };
    };
    membersAdminEndSessions: {
        parameters: {
            query?: never;
            header?: {
                /** @description Why, for the audit log and the mail to the member: percent-encoded UTF-8, at most 500 characters */
                "Audit-Reason"?: components["parameters"]["Audit-Reason"];
                /** @description Languages of messages by preference (RFC 9110); those available are en and ko */
                "Accept-Language"?: components["parameters"]["Accept-Language"];
            };
            path: {
                /** @description The id that a list or another response has */
                id: components["parameters"]["id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: components["responses"]["401.token_expired.token_invalid.session_ended.proof_required.proof_invalid.proof_stale.api_key_invalid"];
            403: components["responses"]["403.forbidden.two_factor_required.reauth_required.person_required.insufficient_scope.address_not_allowed"];
            404: components["responses"]["404.not_found"];
            422: components["responses"]["422.validation_failed"];
            429: components["responses"]["429.too_many_requests"];
            500: components["responses"]["500.internal_error"];
            503: components["responses"]["503.service_unavailable"];
        };
    };
    membersAdminEndSession: {
        parameters: {
            query?: never;
            header?: {
                /** @description Why, for the audit log and the mail to the member: percent-encoded UTF-8, at most 500 characters */
                "Audit-Reason"?: components["parameters"]["Audit-Reason"];
                /** @description Languages of messages by preference (RFC 9110); those available are en and ko */
                "Accept-Language"?: components["parameters"]["Accept-Language"];
            };
            path: {
                /** @description The id that a list or another response has */
                id: components["parameters"]["id"];
                /** @description The id that a list or another response has */
                sessionId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: components["responses"]["401.token_expired.token_invalid.session_ended.proof_required.proof_invalid.proof_stale.api_key_invalid"];
            403: components["responses"]["403.forbidden.two_factor_required.reauth_required.person_required.insufficient_scope.address_not_allowed"];
            404: components["responses"]["404.not_found"];
            422: components["responses"]["422.validation_failed"];
            429: components["responses"]["429.too_many_requests"];
            500: components["responses"]["500.internal_error"];
            503: components["responses"]["503.service_unavailable"];
        };
    };
    membersAdminRemoveTotp: {
        parameters: {
            query?: never;
            header?: {
                /** @description Why, for the audit log and the mail to the member: percent-encoded UTF-8, at most 500 characters */
                "Audit-Reason"?: components["parameters"]["Audit-Reason"];
                /** @description Languages of messages by preference (RFC 9110); those available are en and ko */
                "Accept-Language"?: components["parameters"]["Accept-Language"];
            };
            path: {
                /** @description The id that a list or another response has */
                id: components["parameters"]["id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: components["responses"]["401.token_expired.token_invalid.session_ended.proof_required.proof_invalid.proof_stale"];
            403: components["responses"]["403.forbidden.two_factor_required.reauth_required.person_required"];
            404: components["responses"]["404.not_found"];
            409: components["responses"]["409.totp_not_enabled"];
            422: components["responses"]["422.validation_failed"];
            500: components["responses"]["500.internal_error"];
            503: components["responses"]["503.service_unavailable"];
        };
    };
    membersAdminRemovePasskeys: {
        parameters: {
            query?: never;
            header?: {
                /** @description Why, for the audit log and the mail to the member: percent-encoded UTF-8, at most 500 characters */
                "Audit-Reason"?: components["parameters"]["Audit-Reason"];
                /** @description Languages of messages by preference (RFC 9110); those available are en and ko */
                "Accept-Language"?: components["parameters"]["Accept-Language"];
            };
            path: {
                /** @description The id that a list or another response has */
                id: components["parameters"]["id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: components["responses"]["401.token_expired.token_invalid.session_ended.proof_required.proof_invalid.proof_stale"];
            403: components["responses"]["403.forbidden.two_factor_required.reauth_required.person_required"];
            404: components["responses"]["404.not_found"];
            422: components["responses"]["422.validation_failed"];
            500: components["responses"]["500.internal_error"];
            503: components["responses"]["503.service_unavailable"];
        };
    };
    membersAdminUnlock: {
        parameters: {
            query?: never;
            header?: {
                /** @description Why, for the audit log and the mail to the member: percent-encoded UTF-8, at most 500 characters */
                "Audit-Reason"?: components["parameters"]["Audit-Reason"];
                /** @description Languages of messages by preference (RFC 9110); those available are en and ko */
                "Accept-Language"?: components["parameters"]["Accept-Language"];
            };
            path: {
                /** @description The id that a list or another response has */
                id: components["parameters"]["id"];
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                /** @example {} */
                "application/json": components["schemas"]["EmptyRequest"];
            };
        };
        responses: {
            /** @description No content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["400.malformed_json.query_not_allowed"];
            401: components["responses"]["401.token_expired.token_invalid.session_ended.proof_required.proof_invalid.proof_stale.api_key_invalid"];
            403: components["responses"]["403.forbidden.two_factor_required.reauth_required.person_required.insufficient_scope.address_not_allowed"];
            404: components["responses"]["404.not_found"];
            413: components["responses"]["413.payload_too_large"];
            415: components["responses"]["415.unsupported_media_type"];
            422: components["responses"]["422.validation_failed"];
            429: components["responses"]["429.too_many_requests"];
            500: components["responses"]["500.internal_error"];
            503: components["responses"]["503.service_unavailable"];
        };
    };
    listInvitations: {
        parameters: {
            query?: {
                /** @description Entries on a page */
                limit?: components["parameters"]["limit"];
                /** @description `nextCursor` of the previous page */
                cursor?: components["parameters"]["cursor"];
            };
            header?: {
                /** @description Languages of messages by preference (RFC 9110); those available are en and ko */
                "Accept-Language"?: components["parameters"]["Accept-Language"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["InvitationListResponse"];
                };
            };
            401: components["responses"]["401.token_expired.token_invalid.session_ended.proof_required.proof_invalid.proof_stale.api_key_invalid"];
            403: components["responses"]["403.forbidden.two_factor_required.insufficient_scope.address_not_allowed"];
            422: components["responses"]["422.validation_failed"];
            429: components["responses"]["429.too_many_requests"];
            500: components["responses"]["500.internal_error"];
            503: components["responses"]["503.service_unavailable"];
        };
    };
    invite: {
        parameters: {
            query?: never;
            header?: {
                /** @description Why, for the audit log and the mail to the member: percent-encoded UTF-8, at most 500 characters */
                "Audit-Reason"?: components["parameters"]["Audit-Reason"];
                /** @description Languages of messages by preference (RFC 9110); those available are en and ko */
                "Accept-Language"?: components["parameters"]["Accept-Language"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "email": "ada@example.com"
                 *     }
                 */
                "application/json": components["schemas"]["InviteRequest"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["InvitationResponse"];
                };
            };
            400: components["responses"]["400.malformed_json.query_not_allowed"];
            401: components["responses"]["401.token_expired.token_invalid.session_ended.proof_required.proof_invalid.proof_stale.api_key_invalid"];
            403: components["responses"]["403.forbidden.two_factor_required.reauth_required.person_required.insufficient_scope.address_not_allowed"];
            404: components["responses"]["404.not_found"];
            409: components["responses"]["409.email_taken.invitation_pending"];
            413: components["responses"]["413.payload_too_large"];
            415: components["responses"]["415.unsupported_media_type"];
            422: components["responses"]["422.validation_failed"];
            429: components["responses"]["429.too_many_requests"];
            500: components["responses"]["500.internal_error"];
            503: components["responses"]["503.service_unavailable"];
        };
    };
    resendInvitation: {
        parameters: {
            query?: never;
            header?: {
                /** @description Why, for the audit log and the mail to the member: percent-encoded UTF-8, at most 500 characters */
                "Audit-Reason"?: components["parameters"]["Audit-Reason"];
                /** @description Languages of messages by preference (RFC 9110); those available are en and ko */
                "Accept-Language"?: components["parameters"]["Accept-Language"];
            };
            path: {
                /** @description The id that a list or another response has */
                id: components["parameters"]["id"];
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                /** @example {} */
                "application/json": components["schemas"]["EmptyRequest"];
            };
        };
        responses: {
            /** @description Accepted. A mail may follow; the response is the same with and without one. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["400.malformed_json.query_not_allowed"];
            401: components["responses"]["401.token_expired.token_invalid.session_ended.proof_required.proof_invalid.proof_stale.api_key_invalid"];
            403: components["responses"]["403.forbidden.two_factor_required.reauth_required.person_required.insufficient_scope.address_not_allowed"];
            404: components["responses"]["404.not_found"];
            409: components["responses"]["409.email_taken"];
            413: components["responses"]["413.payload_too_large"];
            415: components["responses"]["415.unsupported_media_type"];
            422: components["responses"]["422.validation_failed"];
            429: components["responses"]["429.too_many_requests"];
            500: components["responses"]["500.internal_error"];
            503: components["responses"]["503.service_unavailable"];
        };
    };
    withdrawInvitation: {
        parameters: {
            query?: never;
            header?: {
                /** @description Why, for the audit log and the mail to the member: percent-encoded UTF-8, at most 500 characters */
                "Audit-Reason"?: components["parameters"]["Audit-Reason"];
                /** @description Languages of messages by preference (RFC 9110); those available are en and ko */
                "Accept-Language"?: components["parameters"]["Accept-Language"];
            };
            path: {
                /** @description The id that a list or another response has */
                id: components["parameters"]["id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: components["responses"]["401.token_expired.token_invalid.session_ended.proof_required.proof_invalid.proof_stale.api_key_invalid"];
            403: components["responses"]["403.forbidden.two_factor_required.reauth_required.person_required.insufficient_scope.address_not_allowed"];
            404: components["responses"]["404.not_found"];
            422: components["responses"]["422.validation_failed"];
            429: components["responses"]["429.too_many_requests"];
            500: components["responses"]["500.internal_error"];
            503: components["responses"]["503.service_unavailable"];
        };
    };
    exportMember: {
        parameters: {
            query?: never;
            header?: {
                /** @description Why, for the audit log and the mail to the member: percent-encoded UTF-8, at most 500 characters */
                "Audit-Reason"?: components["parameters"]["Audit-Reason"];
                /** @description Languages of messages by preference (RFC 9110); those available are en and ko */
                "Accept-Language"?: components["parameters"]["Accept-Language"];
            };
            path: {
                /** @description The id that a list or another response has */
                id: components["parameters"]["id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AccountExportResponse"];
                };
            };
            401: components["responses"]["401.token_expired.token_invalid.session_ended.proof_required.proof_invalid.proof_stale"];
            403: components["responses"]["403.forbidden.two_factor_required.person_required.reauth_required"];
            404: components["responses"]["404.not_found"];
            422: components["responses"]["422.validation_failed"];
            500: components["responses"]["500.internal_error"];
            503: components["responses"]["503.service_unavailable"];
        };
    };
    correctMemberEmail: {
        parameters: {
            query?: never;
            header?: {
                /** @description Why, for the audit log and the mail to the member: percent-encoded UTF-8, at most 500 characters */
                "Audit-Reason"?: components["parameters"]["Audit-Reason"];
                /** @description Languages of messages by preference (RFC 9110); those available are en and ko */
                "Accept-Language"?: components["parameters"]["Accept-Language"];
            };
            path: {
                /** @description The id that a list or another response has */
                id: components["parameters"]["id"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "email": "ada@lovelace.example"
                 *     }
                 */
                "application/json": components["schemas"]["CorrectEmailRequest"];
            };
        };
        responses: {
            /** @description Accepted. A mail may follow; the response is the same with and without one. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["400.malformed_json.query_not_allowed"];
            401: components["responses"]["401.token_expired.token_invalid.session_ended.proof_required.proof_invalid.proof_stale"];
            403: components["responses"]["403.forbidden.two_factor_required.reauth_required.person_required"];
            404: components["responses"]["404.not_found"];
            409: components["responses"]["409.member_not_active.email_taken"];
            413: components["responses"]["413.payload_too_large"];
            415: components["responses"]["415.unsupported_media_type"];
            422: components["responses"]["422.validation_failed"];
            500: components["responses"]["500.internal_error"];
            503: components["responses"]["503.service_unavailable"];
        };
    };
    memberViewsListChallenges: {
        parameters: {
            query?: never;
            header?: {
                /** @description Languages of messages by preference (RFC 9110); those available are en and ko */
                "Accept-Language"?: components["parameters"]["Accept-Language"];
            };
            path: {
                /** @description The id that a list or another response has */
                id: components["parameters"]["id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenChallengeListResponse"];
                };
            };
            401: components["responses"]["401.token_expired.token_invalid.session_ended.proof_required.proof_invalid.proof_stale.api_key_invalid"];
            403: components["responses"]["403.forbidden.two_factor_required.insufficient_scope.address_not_allowed"];
            404: components["responses"]["404.not_found"];
            429: components["responses"]["429.too_many_requests"];
            500: components["responses"]["500.internal_error"];
            503: components["responses"]["503.service_unavailable"];
        };
    };
    memberViewsListMails: {
        parameters: {
            query?: {
                /** @description Entries on a page */
                limit?: components["parameters"]["limit"];
                /** @description `nextCursor` of the previous page */
                cursor?: components["parameters"]["cursor"];
            };
            header?: {
                /** @description Languages of messages by preference (RFC 9110); those available are en and ko */
                "Accept-Language"?: components["parameters"]["Accept-Language"];
            };
            path: {
                /** @description The id that a list or another response has */
                id: components["parameters"]["id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OutboxListResponse"];
                };
            };
            401: components["responses"]["401.token_expired.token_invalid.session_ended.proof_required.proof_invalid.proof_stale.api_key_invalid"];
            403: components["responses"]["403.forbidden.two_factor_required.insufficient_scope.address_not_allowed"];
            404: components["responses"]["404.not_found"];
            422: components["responses"]["422.validation_failed"];
            429: components["responses"]["429.too_many_requests"];
            500: components["responses"]["500.internal_error"];
            503: components["responses"]["503.service_unavailable"];
        };
    };
    memberViewsListDeliveries: {
        parameters: {
            query?: {
                /** @description Entries on a page */
                limit?: components["parameters"]["limit"];
                /** @description `nextCursor` of the previous page */
                cursor?: components["parameters"]["cursor"];
            };
            header?: {
                /** @description Languages of messages by preference (RFC 9110); those available are en and ko */
                "Accept-Language"?: components["parameters"]["Accept-Language"];
            };
            path: {
                /** @description The id that a list or another response has */
                id: components["parameters"]["id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MemberDeliveryListResponse"];
                };
            };
            401: components["responses"]["401.token_expired.token_invalid.session_ended.proof_required.proof_invalid.proof_stale.api_key_invalid"];
            403: components["responses"]["403.forbidden.two_factor_required.insufficient_scope.address_not_allowed"];
            404: components["responses"]["404.not_found"];
            422: components["responses"]["422.validation_failed"];
            429: components["responses"]["429.too_many_requests"];
            500: components["responses"]["500.internal_error"];
            503: components["responses"]["503.service_unavailable"];
        };
    };
    removeMemberPasskey: {
        parameters: {
            query?: never;
            header?: {
                /** @description Why, for the audit log and the mail to the member: percent-encoded UTF-8, at most 500 characters */
                "Audit-Reason"?: components["parameters"]["Audit-Reason"];
                /** @description Languages of messages by preference (RFC 9110); those available are en and ko */
                "Accept-Language"?: components["parameters"]["Accept-Language"];
            };
            path: {
                /** @description The id that a list or another response has */
                id: components["parameters"]["id"];
                /** @description The id that a list or another response has */
                passkeyId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: components["responses"]["401.token_expired.token_invalid.session_ended.proof_required.proof_invalid.proof_stale"];
            403: components["responses"]["403.forbidden.two_factor_required.reauth_required.person_required"];
            404: components["responses"]["404.not_found"];
            422: components["responses"]["422.validation_failed"];
            500: components["responses"]["500.internal_error"];
            503: components["responses"]["503.service_unavailable"];
        };
    };
    unlinkMemberIdentity: {
        parameters: {
            query?: never;
            header?: {
                /** @description Why, for the audit log and the mail to the member: percent-encoded UTF-8, at most 500 characters */
                "Audit-Reason"?: components["parameters"]["Audit-Reason"];
                /** @description Languages of messages by preference (RFC 9110); those available are en and ko */
                "Accept-Language"?: components["parameters"]["Accept-Language"];
            };
            path: {
                /** @description The id that a list or another response has */
                id: components["parameters"]["id"];
                /** @description The id that a list or another response has */
                identityId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: components["responses"]["401.token_expired.token_invalid.session_ended.proof_required.proof_invalid.proof_stale"];
            403: components["responses"]["403.forbidden.two_factor_required.reauth_required.person_required"];
            404: components["responses"]["404.not_found"];
            422: components["responses"]["422.validation_failed"];
            500: components["responses"]["500.internal_error"];
            503: components["responses"]["503.service_unavailable"];
        };
    };
    securityEventsAdminList: {
        parameters: {
            query?: {
                /** @description Entries on a page */
                limit?: components["parameters"]["limit"];
                /** @description `nextCursor` of the previous page */
                cursor?: components["parameters"]["cursor"];
                /** @description The member whom the event concerns */
                memberId?: string;
                /** @description What happened; see docs/events.md */
                type?: "sign-up.requested" | "sign-up.confirmed" | "sign-up.discarded" | "login.succeeded" | "login.failed" | "login.throttled" | "login.password_change_required" | "login.terms_required" | "session.ended" | "session.reuse_detected" | "session.late_replay" | "password.changed" | "password.reset_requested" | "password.reset_proven" | "password.reset" | "login-id.requested" | "login-id.revealed" | "login-id.chosen" | "profile.changed" | "consent.given" | "consent.withdrawn" | "email.change_requested" | "email.changed" | "email.change_undone" | "account.not_me_reported" | "account.closed" | "account.restored" | "login.second_factor_failed" | "reauthentication.failed" | "two-factor.enabled" | "two-factor.disabled" | "two-factor.recovery_codes_replaced" | "two-factor.recovery_codes_removed" | "two-factor.recovery_code_used" | "two-factor.removal_scheduled" | "two-factor.removal_cancelled" | "risk.assessed" | "passkey.registered" | "passkey.renamed" | "passkey.removed" | "passkey.counter_regressed" | "identity.linked" | "identity.unlinked" | "identity.notice_received" | "two-factor.removed_by_admin" | "member.disabled" | "member.enabled" | "member.imported" | "member.role_changed" | "password.reset_demanded" | "session.all_ended_by_admin" | "login.unlocked" | "admin.created" | "member.erasure_demanded" | "invitation.created" | "invitation.resent" | "invitation.withdrawn" | "invitation.accepted" | "mail.retried" | "api-key.created" | "api-key.rotated" | "api-key.revoked" | "webhook.created" | "webhook.changed" | "webhook.deleted" | "webhook.secret_rotated" | "webhook.tested" | "webhook.delivery_retried" | "member.viewed" | "members.listed";
                /** @description From this moment on; a date without a time means midnight UTC */
                from?: string;
                /** @description Before this moment */
                to?: string;
            };
            header?: {
                /** @description Languages of messages by preference (RFC 9110); those available are en and ko */
                "Accept-Language"?: components["parameters"]["Accept-Language"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SecurityEventListResponse"];
                };
            };
            401: components["responses"]["401.token_expired.token_invalid.session_ended.proof_required.proof_invalid.proof_stale.api_key_invalid"];
            403: components["responses"]["403.forbidden.two_factor_required.insufficient_scope.address_not_allowed"];
            422: components["responses"]["422.validation_failed"];
            429: components["responses"]["429.too_many_requests"];
            500: components["responses"]["500.internal_error"];
            503: components["responses"]["503.service_unavailable"];
        };
    };
    outboxAdminList: {
        parameters: {
            query?: {
                /** @description Entries on a page */
                limit?: components["parameters"]["limit"];
                /** @description `nextCursor` of the previous page */
                cursor?: components["parameters"]["cursor"];
                /** @description Mails with this status */
                status?: "pending" | "sent" | "dead" | "dropped" | "withheld";
            };
            header?: {
                /** @description Languages of messages by preference (RFC 9110); those available are en and ko */
                "Accept-Language"?: components["parameters"]["Accept-Language"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OutboxListResponse"];
                };
            };
            401: components["responses"]["401.token_expired.token_invalid.session_ended.proof_required.proof_invalid.proof_stale.api_key_invalid"];
            403: components["responses"]["403.forbidden.two_factor_required.insufficient_scope.address_not_allowed"];
            422: components["responses"]["422.validation_failed"];
            429: components["responses"]["429.too_many_requests"];
            500: components["responses"]["500.internal_error"];
            503: components["responses"]["503.service_unavailable"];
        };
    };
    outboxAdminRetry: {
        parameters: {
            query?: never;
            header?: {
                /** @description Why, for the audit log and the mail to the member: percent-encoded UTF-8, at most 500 characters */
                "Audit-Reason"?: components["parameters"]["Audit-Reason"];
                /** @description Languages of messages by preference (RFC 9110); those available are en and ko */
                "Accept-Language"?: components["parameters"]["Accept-Language"];
            };
            path: {
                /** @description The id that a list or another response has */
                id: components["parameters"]["id"];
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                /** @example {} */
                "application/json": components["schemas"]["EmptyRequest"];
            };
        };
        responses: {
            /** @description Accepted. A mail may follow; the response is the same with and without one. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["400.malformed_json.query_not_allowed"];
            401: components["responses"]["401.token_expired.token_invalid.session_ended.proof_required.proof_invalid.proof_stale.api_key_invalid"];
            403: components["responses"]["403.forbidden.two_factor_required.reauth_required.person_required.insufficient_scope.address_not_allowed"];
            404: components["responses"]["404.not_found"];
            409: components["responses"]["409.mail_not_retryable"];
            413: components["responses"]["413.payload_too_large"];
            415: components["responses"]["415.unsupported_media_type"];
            422: components["responses"]["422.validation_failed"];
            429: components["responses"]["429.too_many_requests"];
            500: components["responses"]["500.internal_error"];
            503: components["responses"]["503.service_unavailable"];
        };
    };
    apiKeysList: {
        parameters: {
            query?: {
                /** @description Entries on a page */
                limit?: components["parameters"]["limit"];
                /** @description `nextCursor` of the previous page */
                cursor?: components["parameters"]["cursor"];
            };
            header?: {
                /** @description Languages of messages by preference (RFC 9110); those available are en and ko */
                "Accept-Language"?: components["parameters"]["Accept-Language"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiKeyListResponse"];
                };
            };
            401: components["responses"]["401.token_expired.token_invalid.session_ended.proof_required.proof_invalid.proof_stale"];
            403: components["responses"]["403.forbidden.two_factor_required.person_required"];
            422: components["responses"]["422.validation_failed"];
            500: components["responses"]["500.internal_error"];
            503: components["responses"]["503.service_unavailable"];
        };
    };
    apiKeysCreate: {
        parameters: {
            query?: never;
            header?: {
                /** @description Why, for the audit log and the mail to the member: percent-encoded UTF-8, at most 500 characters */
                "Audit-Reason"?: components["parameters"]["Audit-Reason"];
                /** @description Languages of messages by preference (RFC 9110); those available are en and ko */
                "Accept-Language"?: components["parameters"]["Accept-Language"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "name": "Billing service",
                 *       "scopes": [
                 *         "members:read"
                 *       ]
                 *     }
                 */
                "application/json": components["schemas"]["CreateApiKeyRequest"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["IssuedApiKeyResponse"];
                };
            };
            400: components["responses"]["400.malformed_json.query_not_allowed"];
            401: components["responses"]["401.token_expired.token_invalid.session_ended.proof_required.proof_invalid.proof_stale"];
            403: components["responses"]["403.forbidden.two_factor_required.reauth_required.person_required"];
            404: components["responses"]["404.not_found"];
            413: components["responses"]["413.payload_too_large"];
            415: components["responses"]["415.unsupported_media_type"];
            422: components["responses"]["422.validation_failed"];
            500: components["responses"]["500.internal_error"];
            503: components["responses"]["503.service_unavailable"];
        };
    };
    apiKeysRotate: {
        parameters: {
            query?: never;
            header?: {
                /** @description Why, for the audit log and the mail to the member: percent-encoded UTF-8, at most 500 characters */
                "Audit-Reason"?: components["parameters"]["Audit-Reason"];
                /** @description Languages of messages by preference (RFC 9110); those available are en and ko */
                "Accept-Language"?: components["parameters"]["Accept-Language"];
            };
            path: {
                /** @description The id that a list or another response has */
                id: components["parameters"]["id"];
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                /** @example {} */
                "application/json": components["schemas"]["EmptyRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["IssuedApiKeyResponse"];
                };
            };
            400: components["responses"]["400.malformed_json.query_not_allowed"];
            401: components["responses"]["401.token_expired.token_invalid.session_ended.proof_required.proof_invalid.proof_stale"];
            403: components["responses"]["403.forbidden.two_factor_required.reauth_required.person_required"];
            404: components["responses"]["404.not_found"];
            413: components["responses"]["413.payload_too_large"];
            415: components["responses"]["415.unsupported_media_type"];
            422: components["responses"]["422.validation_failed"];
            500: components["responses"]["500.internal_error"];
            503: components["responses"]["503.service_unavailable"];
        };
    };
    apiKeysRevoke: {
        parameters: {
            query?: never;
            header?: {
                /** @description Why, for the audit log and the mail to the member: percent-encoded UTF-8, at most 500 characters */
                "Audit-Reason"?: components["parameters"]["Audit-Reason"];
                /** @description Languages of messages by preference (RFC 9110); those available are en and ko */
                "Accept-Language"?: components["parameters"]["Accept-Language"];
            };
            path: {
                /** @description The id that a list or another response has */
                id: components["parameters"]["id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: components["responses"]["401.token_expired.token_invalid.session_ended.proof_required.proof_invalid.proof_stale"];
            403: components["responses"]["403.forbidden.two_factor_required.reauth_required.person_required"];
            404: components["responses"]["404.not_found"];
            422: components["responses"]["422.validation_failed"];
            500: components["responses"]["500.internal_error"];
            503: components["responses"]["503.service_unavailable"];
        };
    };
    webhooksList: {
        parameters: {
            query?: never;
            header?: {
                /** @description Languages of messages by preference (RFC 9110); those available are en and ko */
                "Accept-Language"?: components["parameters"]["Accept-Language"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookListResponse"];
                };
            };
            401: components["responses"]["401.token_expired.token_invalid.session_ended.proof_required.proof_invalid.proof_stale.api_key_invalid"];
            403: components["responses"]["403.forbidden.two_factor_required.insufficient_scope.address_not_allowed"];
            429: components["responses"]["429.too_many_requests"];
            500: components["responses"]["500.internal_error"];
            503: components["responses"]["503.service_unavailable"];
        };
    };
    webhooksCreate: {
        parameters: {
            query?: never;
            header?: {
                /** @description Why, for the audit log and the mail to the member: percent-encoded UTF-8, at most 500 characters */
                "Audit-Reason"?: components["parameters"]["Audit-Reason"];
                /** @description Languages of messages by preference (RFC 9110); those available are en and ko */
                "Accept-Language"?: components["parameters"]["Accept-Language"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "url": "https://backend.example.com/webhooks/munjigi",
                 *       "types": [
                 *         "member.created",
                 *         "member.updated",
                 *         "member.erased"
                 *       ]
                 *     }
                 */
                "application/json": components["schemas"]["CreateWebhookRequest"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CreatedWebhookResponse"];
                };
            };
            400: components["responses"]["400.malformed_json.query_not_allowed"];
            401: components["responses"]["401.token_expired.token_invalid.session_ended.proof_required.proof_invalid.proof_stale.api_key_invalid"];
            403: components["responses"]["403.forbidden.two_factor_required.reauth_required.person_required.insufficient_scope.address_not_allowed"];
            404: components["responses"]["404.not_found"];
            409: components["responses"]["409.webhook_limit_reached"];
            413: components["responses"]["413.payload_too_large"];
            415: components["responses"]["415.unsupported_media_type"];
            422: components["responses"]["422.validation_failed"];
            429: components["responses"]["429.too_many_requests"];
            500: components["responses"]["500.internal_error"];
            503: components["responses"]["503.service_unavailable"];
        };
    };
    webhooksGet: {
        parameters: {
            query?: never;
            header?: {
                /** @description Languages of messages by preference (RFC 9110); those available are en and ko */
                "Accept-Language"?: components["parameters"]["Accept-Language"];
            };
            path: {
                /** @description The id that a list or another response has */
                id: components["parameters"]["id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookResponse"];
                };
            };
            401: components["responses"]["401.token_expired.token_invalid.session_ended.proof_required.proof_invalid.proof_stale.api_key_invalid"];
            403: components["responses"]["403.forbidden.two_factor_required.insufficient_scope.address_not_allowed"];
            404: components["responses"]["404.not_found"];
            429: components["responses"]["429.too_many_requests"];
            500: components["responses"]["500.internal_error"];
            503: components["responses"]["503.service_unavailable"];
        };
    };
    webhooksDelete: {
        parameters: {
            query?: never;
            header?: {
                /** @description Why, for the audit log and the mail to the member: percent-encoded UTF-8, at most 500 characters */
                "Audit-Reason"?: components["parameters"]["Audit-Reason"];
                /** @description Languages of messages by preference (RFC 9110); those available are en and ko */
                "Accept-Language"?: components["parameters"]["Accept-Language"];
            };
            path: {
                /** @description The id that a list or another response has */
                id: components["parameters"]["id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: components["responses"]["401.token_expired.token_invalid.session_ended.proof_required.proof_invalid.proof_stale.api_key_invalid"];
            403: components["responses"]["403.forbidden.two_factor_required.reauth_required.person_required.insufficient_scope.address_not_allowed"];
            404: components["responses"]["404.not_found"];
            422: components["responses"]["422.validation_failed"];
            429: components["responses"]["429.too_many_requests"];
            500: components["responses"]["500.internal_error"];
            503: components["responses"]["503.service_unavailable"];
        };
    };
    webhooksUpdate: {
        parameters: {
            query?: never;
            header?: {
                /** @description Why, for the audit log and the mail to the member: percent-encoded UTF-8, at most 500 characters */
                "Audit-Reason"?: components["parameters"]["Audit-Reason"];
                /** @description Languages of messages by preference (RFC 9110); those available are en and ko */
                "Accept-Language"?: components["parameters"]["Accept-Language"];
            };
            path: {
                /** @description The id that a list or another response has */
                id: components["parameters"]["id"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UpdateWebhookRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookResponse"];
                };
            };
            400: components["responses"]["400.malformed_json.query_not_allowed"];
            401: components["responses"]["401.token_expired.token_invalid.session_ended.proof_required.proof_invalid.proof_stale.api_key_invalid"];
            403: components["responses"]["403.forbidden.two_factor_required.reauth_required.person_required.insufficient_scope.address_not_allowed"];
            404: components["responses"]["404.not_found"];
            413: components["responses"]["413.payload_too_large"];
            415: components["responses"]["415.unsupported_media_type"];
            422: components["responses"]["422.validation_failed"];
            429: components["responses"]["429.too_many_requests"];
            500: components["responses"]["500.internal_error"];
            503: components["responses"]["503.service_unavailable"];
        };
    };
    webhooksRotateSecret: {
        parameters: {
            query?: never;
            header?: {
                /** @description Why, for the audit log and the mail to the member: percent-encoded UTF-8, at most 500 characters */
                "Audit-Reason"?: components["parameters"]["Audit-Reason"];
                /** @description Languages of messages by preference (RFC 9110); those available are en and ko */
                "Accept-Language"?: components["parameters"]["Accept-Language"];
            };
            path: {
                /** @description The id that a list or another response has */
                id: components["parameters"]["id"];
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                /** @example {} */
                "application/json": components["schemas"]["EmptyRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookSecretResponse"];
                };
            };
            400: components["responses"]["400.malformed_json.query_not_allowed"];
            401: components["responses"]["401.token_expired.token_invalid.session_ended.proof_required.proof_invalid.proof_stale.api_key_invalid"];
            403: components["responses"]["403.forbidden.two_factor_required.reauth_required.person_required.insufficient_scope.address_not_allowed"];
            404: components["responses"]["404.not_found"];
            413: components["responses"]["413.payload_too_large"];
            415: components["responses"]["415.unsupported_media_type"];
            422: components["responses"]["422.validation_failed"];
            429: components["responses"]["429.too_many_requests"];
            500: components["responses"]["500.internal_error"];
            503: components["responses"]["503.service_unavailable"];
        };
    };
    deliveriesList: {
        parameters: {
            query?: {
                /** @description Entries on a page */
                limit?: components["parameters"]["limit"];
                /** @description `nextCursor` of the previous page */
                cursor?: components["parameters"]["cursor"];
                /** @description Deliveries with this status */
                status?: "pending" | "sent" | "dead";
            };
            header?: {
                /** @description Languages of messages by preference (RFC 9110); those available are en and ko */
                "Accept-Language"?: components["parameters"]["Accept-Language"];
            };
            path: {
                /** @description The id that a list or another response has */
                id: components["parameters"]["id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeliveryListResponse"];
                };
            };
            401: components["responses"]["401.token_expired.token_invalid.session_ended.proof_required.proof_invalid.proof_stale.api_key_invalid"];
            403: components["responses"]["403.forbidden.two_factor_required.insufficient_scope.address_not_allowed"];
            404: components["responses"]["404.not_found"];
            422: components["responses"]["422.validation_failed"];
            429: components["responses"]["429.too_many_requests"];
            500: components["responses"]["500.internal_error"];
            503: components["responses"]["503.service_unavailable"];
        };
    };
    deliveriesRetry: {
        parameters: {
            query?: never;
            header?: {
                /** @description Why, for the audit log and the mail to the member: percent-encoded UTF-8, at most 500 characters */
                "Audit-Reason"?: components["parameters"]["Audit-Reason"];
                /** @description Languages of messages by preference (RFC 9110); those available are en and ko */
                "Accept-Language"?: components["parameters"]["Accept-Language"];
            };
            path: {
                /** @description The id that a list or another response has */
                id: components["parameters"]["id"];
                /** @description The id that a list or another response has */
                deliveryId: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                /** @example {} */
                "application/json": components["schemas"]["EmptyRequest"];
            };
        };
        responses: {
            /** @description Accepted. A mail may follow; the response is the same with and without one. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["400.malformed_json.query_not_allowed"];
            401: components["responses"]["401.token_expired.token_invalid.session_ended.proof_required.proof_invalid.proof_stale.api_key_invalid"];
            403: components["responses"]["403.forbidden.two_factor_required.reauth_required.person_required.insufficient_scope.address_not_allowed"];
            404: components["responses"]["404.not_found"];
            409: components["responses"]["409.webhook_disabled"];
            413: components["responses"]["413.payload_too_large"];
            415: components["responses"]["415.unsupported_media_type"];
            422: components["responses"]["422.validation_failed"];
            429: components["responses"]["429.too_many_requests"];
            500: components["responses"]["500.internal_error"];
            503: components["responses"]["503.service_unavailable"];
        };
    };
    deliveriesTest: {
        parameters: {
            query?: never;
            header?: {
                /** @description Why, for the audit log and the mail to the member: percent-encoded UTF-8, at most 500 characters */
                "Audit-Reason"?: components["parameters"]["Audit-Reason"];
                /** @description Languages of messages by preference (RFC 9110); those available are en and ko */
                "Accept-Language"?: components["parameters"]["Accept-Language"];
            };
            path: {
                /** @description The id that a list or another response has */
                id: components["parameters"]["id"];
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                /** @example {} */
                "application/json": components["schemas"]["EmptyRequest"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TestDeliveryResponse"];
                };
            };
            400: components["responses"]["400.malformed_json.query_not_allowed"];
            401: components["responses"]["401.token_expired.token_invalid.session_ended.proof_required.proof_invalid.proof_stale.api_key_invalid"];
            403: components["responses"]["403.forbidden.two_factor_required.reauth_required.person_required.insufficient_scope.address_not_allowed"];
            404: components["responses"]["404.not_found"];
            409: components["responses"]["409.webhook_disabled"];
            413: components["responses"]["413.payload_too_large"];
            415: components["responses"]["415.unsupported_media_type"];
            422: components["responses"]["422.validation_failed"];
            429: components["responses"]["429.too_many_requests"];
            500: components["responses"]["500.internal_error"];
            503: components["responses"]["503.service_unavailable"];
        };
    };
    revocationsRead: {
        parameters: {
            query?: {
                /** @description `nextCursor` of the previous response. Without it, everything in force is returned. */
                after?: string;
            };
            header?: {
                /** @description Languages of messages by preference (RFC 9110); those available are en and ko */
                "Accept-Language"?: components["parameters"]["Accept-Language"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RevocationsResponse"];
                    "text/event-stream": string;
                };
            };
            401: components["responses"]["401.token_invalid.api_key_invalid"];
            403: components["responses"]["403.forbidden.insufficient_scope.address_not_allowed"];
            422: components["responses"]["422.validation_failed"];
            429: components["responses"]["429.too_many_requests"];
            500: components["responses"]["500.internal_error"];
            503: components["responses"]["503.service_unavailable"];
        };
    };
    eventLogRead: {
        parameters: {
            query?: {
                /** @description `nextCursor` of the previous response, or `latest` for events from now on. If absent, begins with the oldest event of the last EVENT_RETENTION_SECONDS */
                after?: string;
                /** @description Only these types, comma-separated */
                types?: string;
                /** @description Entries on a page */
                limit?: components["parameters"]["limit"];
            };
            header?: {
                /** @description Languages of messages by preference (RFC 9110); those available are en and ko */
                "Accept-Language"?: components["parameters"]["Accept-Language"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EventLogResponse"];
                };
            };
            401: components["responses"]["401.token_invalid.api_key_invalid"];
            403: components["responses"]["403.forbidden.insufficient_scope.address_not_allowed"];
            410: components["responses"]["410.cursor_expired"];
            422: components["responses"]["422.validation_failed"];
            429: components["responses"]["429.too_many_requests"];
            500: components["responses"]["500.internal_error"];
            503: components["responses"]["503.service_unavailable"];
        };
    };
    invitationInspect: {
        parameters: {
            query?: never;
            header?: {
                /** @description Languages of messages by preference (RFC 9110); those available are en and ko */
                "Accept-Language"?: components["parameters"]["Accept-Language"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "token": "p0w3nQ3p5yv7XQv2fJ4yO0dG1bR8mZkTt6uHcS9aLxE"
                 *     }
                 */
                "application/json": components["schemas"]["InvitationLinkRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["InspectedInvitationResponse"];
                };
            };
            400: components["responses"]["400.invitation_invalid.invitation_expired.malformed_json.query_not_allowed"];
            409: components["responses"]["409.already_confirmed.email_taken"];
            413: components["responses"]["413.payload_too_large"];
            415: components["responses"]["415.unsupported_media_type"];
            422: components["responses"]["422.validation_failed"];
            500: components["responses"]["500.internal_error"];
            503: components["responses"]["503.service_unavailable"];
        };
    };
    invitationAccept: {
        parameters: {
            query?: never;
            header?: {
                /** @description Proof by the key of the client (RFC 9449) */
                DPoP?: components["parameters"]["DPoP"];
                /** @description Languages of messages by preference (RFC 9110); those available are en and ko */
                "Accept-Language"?: components["parameters"]["Accept-Language"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AcceptInvitationRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TokenResponse"];
                };
            };
            400: components["responses"]["400.invitation_invalid.invitation_expired.code_invalid.malformed_json.query_not_allowed"];
            401: components["responses"]["401.proof_required.proof_invalid.proof_stale"];
            403: components["responses"]["403.origin_not_allowed.refused_by_product"];
            409: components["responses"]["409.already_confirmed.email_taken.login_id_taken"];
            413: components["responses"]["413.payload_too_large"];
            415: components["responses"]["415.unsupported_media_type"];
            422: components["responses"]["422.consent_required.password_too_common.validation_failed"];
            429: components["responses"]["429.too_many_attempts.too_many_requests"];
            500: components["responses"]["500.internal_error"];
            503: components["responses"]["503.overloaded.service_unavailable"];
        };
    };
    consentDocuments: {
        parameters: {
            query?: never;
            header?: {
                /** @description Languages of messages by preference (RFC 9110); those available are en and ko */
                "Accept-Language"?: components["parameters"]["Accept-Language"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ConsentDocumentListResponse"];
                };
            };
            400: components["responses"]["400.bad_request"];
            500: components["responses"]["500.internal_error"];
            503: components["responses"]["503.service_unavailable"];
        };
    };
    logInConsents: {
        parameters: {
            query?: never;
            header?: {
                /** @description Proof by the key of the client (RFC 9449) */
                DPoP?: components["parameters"]["DPoP"];
                /** @description Languages of messages by preference (RFC 9110); those available are en and ko */
                "Accept-Language"?: components["parameters"]["Accept-Language"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "termsToken": "p0w3nQ3p5yv7XQv2fJ4yO0dG1bR8mZkTt6uHcS9aLxE",
                 *       "consents": []
                 *     }
                 */
                "application/json": components["schemas"]["AcceptTermsRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CompletedLogin"];
                };
            };
            400: components["responses"]["400.malformed_json.query_not_allowed"];
            401: components["responses"]["401.token_expired.token_invalid.invalid_credentials.proof_required.proof_invalid.proof_stale"];
            403: components["responses"]["403.origin_not_allowed.refused_by_product"];
            413: components["responses"]["413.payload_too_large"];
            415: components["responses"]["415.unsupported_media_type"];
            422: components["responses"]["422.consent_required.validation_failed"];
            500: components["responses"]["500.internal_error"];
            503: components["responses"]["503.service_unavailable"];
        };
    };
    socialProviders: {
        parameters: {
            query?: never;
            header?: {
                /** @description Languages of messages by preference (RFC 9110); those available are en and ko */
                "Accept-Language"?: components["parameters"]["Accept-Language"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SocialProviderListResponse"];
                };
            };
            400: components["responses"]["400.bad_request"];
            500: components["responses"]["500.internal_error"];
            503: components["responses"]["503.service_unavailable"];
        };
    };
    socialStart: {
        parameters: {
            query?: never;
            header?: {
                /** @description Languages of messages by preference (RFC 9110); those available are en and ko */
                "Accept-Language"?: components["parameters"]["Accept-Language"];
            };
            path: {
                /** @description The id of a configured provider */
                provider: components["parameters"]["provider"];
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                /** @example {} */
                "application/json": components["schemas"]["StartSocialLoginRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StartedSocialLoginResponse"];
                };
            };
            400: components["responses"]["400.malformed_json.query_not_allowed"];
            404: components["responses"]["404.not_found"];
            413: components["responses"]["413.payload_too_large"];
            415: components["responses"]["415.unsupported_media_type"];
            422: components["responses"]["422.validation_failed"];
            429: components["responses"]["429.too_many_requests"];
            500: components["responses"]["500.internal_error"];
            503: components["responses"]["503.provider_unavailable.service_unavailable"];
        };
    };
    socialComplete: {
        parameters: {
            query?: never;
            header?: {
                /** @description Proof by the key of the client (RFC 9449) */
                DPoP?: components["parameters"]["DPoP"];
                /** @description Languages of messages by preference (RFC 9110); those available are en and ko */
                "Accept-Language"?: components["parameters"]["Accept-Language"];
            };
            path: {
                /** @description The id of a configured provider */
                provider: components["parameters"]["provider"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "requestId": "p0w3nQ3p5yv7XQv2fJ4yO0dG1bR8mZkTt6uHcS9aLxE",
                 *       "code": "4/0AeanS0Zc1",
                 *       "state": "p0w3nQ3p5yv7XQv2fJ4yO0dG1bR8mZkTt6uHcS9aLxE"
                 *     }
                 */
                "application/json": components["schemas"]["CompleteSocialLoginRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SocialLoginOutcome"];
                };
            };
            400: components["responses"]["400.social_login_failed.malformed_json.query_not_allowed"];
            401: components["responses"]["401.invalid_credentials.proof_required.proof_invalid.proof_stale"];
            403: components["responses"]["403.sign_up_closed.origin_not_allowed.refused_by_product"];
            404: components["responses"]["404.not_found"];
            413: components["responses"]["413.payload_too_large"];
            415: components["responses"]["415.unsupported_media_type"];
            422: components["responses"]["422.validation_failed"];
            500: components["responses"]["500.internal_error"];
            503: components["responses"]["503.provider_unavailable.service_unavailable"];
        };
    };
    socialNative: {
        parameters: {
            query?: never;
            header?: {
                /** @description Proof by the key of the client (RFC 9449) */
                DPoP?: components["parameters"]["DPoP"];
                /** @description Languages of messages by preference (RFC 9110); those available are en and ko */
                "Accept-Language"?: components["parameters"]["Accept-Language"];
            };
            path: {
                /** @description The id of a configured provider */
                provider: components["parameters"]["provider"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "idToken": "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl",
                 *       "nonce": "p0w3nQ3p5yv7XQv2fJ4yO0dG1bR8mZkT"
                 *     }
                 */
                "application/json": components["schemas"]["NativeSocialLoginRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SocialLoginOutcome"];
                };
            };
            400: components["responses"]["400.social_login_failed.malformed_json.query_not_allowed"];
            401: components["responses"]["401.invalid_credentials.proof_required.proof_invalid.proof_stale"];
            403: components["responses"]["403.sign_up_closed.refused_by_product"];
            404: components["responses"]["404.not_found"];
            413: components["responses"]["413.payload_too_large"];
            415: components["responses"]["415.unsupported_media_type"];
            422: components["responses"]["422.validation_failed"];
            429: components["responses"]["429.too_many_requests"];
            500: components["responses"]["500.internal_error"];
            503: components["responses"]["503.provider_unavailable.service_unavailable"];
        };
    };
    socialSignUp: {
        parameters: {
            query?: never;
            header?: {
                /** @description Proof by the key of the client (RFC 9449) */
                DPoP?: components["parameters"]["DPoP"];
                /** @description Languages of messages by preference (RFC 9110); those available are en and ko */
                "Accept-Language"?: components["parameters"]["Accept-Language"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "signUpId": "p0w3nQ3p5yv7XQv2fJ4yO0dG1bR8mZkTt6uHcS9aLxE",
                 *       "loginId": "ada.lovelace"
                 *     }
                 */
                "application/json": components["schemas"]["SocialSignUpRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SocialSignUpOutcome"];
                };
            };
            400: components["responses"]["400.sign_up_invalid.malformed_json.query_not_allowed"];
            401: components["responses"]["401.proof_required.proof_invalid.proof_stale"];
            403: components["responses"]["403.sign_up_closed.origin_not_allowed.refused_by_product"];
            409: components["responses"]["409.identity_taken.login_id_taken.email_taken"];
            413: components["responses"]["413.payload_too_large"];
            415: components["responses"]["415.unsupported_media_type"];
            422: components["responses"]["422.consent_required.validation_failed"];
            429: components["responses"]["429.too_many_attempts.too_many_requests"];
            500: components["responses"]["500.internal_error"];
            503: components["responses"]["503.service_unavailable"];
        };
    };
    jwks: {
        parameters: {
            query?: never;
            header?: {
                /** @description Languages of messages by preference (RFC 9110); those available are en and ko */
                "Accept-Language"?: components["parameters"]["Accept-Language"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JsonWebKeySet"];
                };
            };
            400: components["responses"]["400.bad_request"];
            500: components["responses"]["500.internal_error"];
            503: components["responses"]["503.service_unavailable"];
        };
    };
    serverMetadata: {
        parameters: {
            query?: never;
            header?: {
                /** @description Languages of messages by preference (RFC 9110); those available are en and ko */
                "Accept-Language"?: components["parameters"]["Accept-Language"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ServerMetadataResponse"];
                };
            };
            400: components["responses"]["400.bad_request"];
            500: components["responses"]["500.internal_error"];
            503: components["responses"]["503.service_unavailable"];
        };
    };
    openidConfiguration: {
        parameters: {
            query?: never;
            header?: {
                /** @description Languages of messages by preference (RFC 9110); those available are en and ko */
                "Accept-Language"?: components["parameters"]["Accept-Language"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ServerMetadataResponse"];
                };
            };
            400: components["responses"]["400.bad_request"];
            500: components["responses"]["500.internal_error"];
            503: components["responses"]["503.service_unavailable"];
        };
    };
    introspectToken: {
        parameters: {
            query?: never;
            header?: {
                /** @description Languages of messages by preference (RFC 9110); those available are en and ko */
                "Accept-Language"?: components["parameters"]["Accept-Language"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "token": "eyJhbGciOiJFUzI1NiJ9.e30.c2ln"
                 *     }
                 */
                "application/json": components["schemas"]["IntrospectionRequest"];
                "application/x-www-form-urlencoded": components["schemas"]["IntrospectionRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["IntrospectionResponse"];
                };
            };
            400: components["responses"]["400.bad_request.malformed_json.query_not_allowed"];
            401: components["responses"]["401.token_invalid.api_key_invalid"];
            403: components["responses"]["403.insufficient_scope.address_not_allowed"];
            413: components["responses"]["413.payload_too_large"];
            415: components["responses"]["415.unsupported_media_type"];
            422: components["responses"]["422.validation_failed"];
            429: components["responses"]["429.too_many_requests"];
            500: components["responses"]["500.internal_error"];
            503: components["responses"]["503.service_unavailable"];
        };
    };
    healthLive: {
        parameters: {
            query?: never;
            header?: {
                /** @description Languages of messages by preference (RFC 9110); those available are en and ko */
                "Accept-Language"?: components["parameters"]["Accept-Language"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HealthResponse"];
                };
            };
            400: components["responses"]["400.bad_request"];
            500: components["responses"]["500.internal_error"];
            503: components["responses"]["503.service_unavailable"];
        };
    };
    healthReady: {
        parameters: {
            query?: never;
            header?: {
                /** @description Languages of messages by preference (RFC 9110); those available are en and ko */
                "Accept-Language"?: components["parameters"]["Accept-Language"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HealthResponse"];
                };
            };
            400: components["responses"]["400.bad_request"];
            500: components["responses"]["500.internal_error"];
            503: components["responses"]["503.service_unavailable"];
        };
    };
    metricsRead: {
        parameters: {
            query?: never;
            header?: {
                /** @description Languages of messages by preference (RFC 9110); those available are en and ko */
                "Accept-Language"?: components["parameters"]["Accept-Language"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            404: components["responses"]["404.not_found"];
            500: components["responses"]["500.internal_error"];
            503: components["responses"]["503.service_unavailable"];
        };
    };
}
