/** What the pages say in English. This file decides which texts exist; the compiler holds the other languages to it. */
export const en = {
  common: {
    languageNav: 'Language',
    needsScript:
      'This page needs JavaScript, because it keeps the secret of your link inside your browser. Please switch JavaScript on, or open the link in another browser.',
    loading: 'One moment …',
    problemHeading: 'That did not work yet',
    show: 'Show',
    hide: 'Hide',
    showPassword: 'Show password',
    hidePassword: 'Hide password',
    logIn: 'Log in',
    tryAgain: 'Try again',
    working: 'Working …',
    networkError: 'The server could not be reached. Please check your connection and try again.',
    unexpectedError: 'Something went wrong on our side. Please try again later.',
    retryIn: 'You can try again in {time}.',
    linkExpired: 'The time for using this link is over.',
    linkInvalid: 'The link is not complete, was used before or was replaced by a newer one.',
  },
  'confirm-sign-up': {
    title: 'Confirm your sign-up',
    withoutScript: 'You can also type the code from the mail where you signed up.',
    intro: 'You are about to finish this sign-up:',
    loginId: 'Login ID',
    requestedAt: 'Asked for',
    expiresAt: 'Link works until',
    password: 'Password',
    passwordHint: 'The one you chose when you signed up. It shows that this sign-up is yours.',
    passwordMissing: 'Please enter the password you chose when you signed up.',
    passwordWrong: 'This is not the password chosen for this sign-up. Please try again.',
    newLoginId: 'Another login ID',
    newLoginIdHint: '4 to 32 of a–z, 0–9, dot, underscore and hyphen, starting with a letter.',
    newLoginIdMissing: 'Please choose another login ID.',
    newLoginIdTaken: 'Somebody else has taken this login ID meanwhile. Please choose another one.',
    confirm: 'Confirm sign-up',
    notMe: 'I did not sign up',
    discardTitle: 'Delete this sign-up?',
    discardText:
      'No account will be made, and the code and the link stop working. Whoever started this sign-up is not told.',
    discard: 'Yes, delete it',
    keep: 'No, go back',
    confirmedTitle: 'Your sign-up is confirmed',
    confirmedText: 'Welcome! You can go back to the app now and log in. You may close this page.',
    alreadyTitle: 'Already confirmed',
    alreadyText:
      'This sign-up was confirmed before, so there is nothing left to do. You can go back to the app and log in.',
    discardedTitle: 'Sign-up deleted',
    discardedText:
      'Thank you for telling us. No account was made with your address, and you need not do anything else.',
    missingTitle: 'This link is not complete',
    missingText:
      'Please open the link in the mail once more, or copy the whole address into your browser. You can also type the code from the mail where you signed up.',
    brokenTitle: 'This link does not work any more',
    brokenText:
      'If you have confirmed your sign-up before, just log in. If not, please ask for a new mail in the app, or sign up once more.',
    offlineTitle: 'We could not look up your sign-up',
  },
  'reset-password': {
    title: 'Set a new password',
    withoutScript: 'You can also type the code from the mail where you asked for it.',
    intro:
      'Choose a new password for your account. Afterwards you are logged out on all devices and log in with the new password.',
    newPassword: 'New password',
    newPasswordHint: 'Long is better than complicated: a few words or a whole sentence, spaces included, work well.',
    newPasswordMissing: 'Please enter a new password.',
    set: 'Set new password',
    doneTitle: 'Your new password is set',
    doneText: 'All devices were logged out. You can go back to the app now and log in with the new password.',
    doneLoginId: 'Your login ID:',
    missingTitle: 'This link is not complete',
    missingText:
      'Please open the link in the mail once more, or copy the whole address into your browser. You can also type the code from the mail where you asked for it.',
    brokenTitle: 'This link does not work any more',
    brokenText:
      'Your password has not been changed on this page. To go on, please ask for a new mail with “Forgot password” in the app.',
    timeOver: 'The time for choosing a password is over.',
  },
  'not-me': {
    title: 'Was this not you?',
    withoutScript:
      'You can also secure your account without this page: set a new password with “Forgot password” in the app. That logs out all devices.',
    intro: 'We wrote to you about your account. If somebody else did this, you can secure your account here.',
    event: 'What happened',
    happenedAt: 'When',
    loginId: 'Login ID',
    effect:
      'The button logs out all devices and makes all codes and links useless that we have mailed so far. Then we mail you a link for a new password. Until you press it, nothing changes.',
    secure: 'This was not me: secure my account',
    wasMe: 'Was it you after all? Then just close this page.',
    doneTitle: 'Your account is secured',
    doneText:
      'All devices were logged out, and the codes and links we had mailed before do not work any more. A mail with a link for a new password is on its way to you.',
    doneNext:
      'Please set the new password now. If somebody may be able to read your mail, change the password of your mailbox first.',
    alreadyTitle: 'Your account is secured already',
    alreadyText:
      'The button was pressed before, so there is nothing left to do here. We have mailed you a link for a new password. If you cannot find it or it is too old, choose “Forgot password” in the app.',
    missingTitle: 'This link is not complete',
    missingText: 'Please open the link in the mail once more, or copy the whole address into your browser.',
    brokenTitle: 'This link does not work any more',
    brokenText:
      'If you have pressed the button before, your account is secured, and we have mailed you a link for a new password. If not, you can still secure it: set a new password with “Forgot password” in the app. That logs out all devices.',
    // Named after the mail that the link came in.
    'event-password-changed': 'The password was changed',
    'event-session-reused': 'A login was used from two places',
    'event-new-device': 'Login from a new device',
    'event-suspicious-login': 'An unusual login',
    'event-login-locked': 'Many failed logins',
    'event-two-factor-changed': 'Two-step login was changed, or a recovery code was used',
    'event-account-closed': 'The account was closed',
    'event-account-restored': 'The closed account was restored',
    eventUnknown: 'Please see the mail',
  },
  'confirm-email': {
    title: 'Confirm your new mail address',
    withoutScript: 'You can also type the code from the mail where you asked for it.',
    intro:
      'Press the button to use the address that our mail came to for your account. From then on we write to this address, and the old one gets a notice.',
    act: 'Confirm this address',
    wasNotMe: 'You did not ask for this? Then just close this page: nothing changes.',
    doneTitle: 'Your new address is confirmed',
    doneText: 'From now on we write to your new address. You can go back to the app now. You may close this page.',
    alreadyTitle: 'Already confirmed',
    alreadyText: 'This address was confirmed before, so there is nothing left to do. You can go back to the app.',
    missingTitle: 'This link is not complete',
    missingText:
      'Please open the link in the mail once more, or copy the whole address into your browser. You can also type the code from the mail where you asked for it.',
    brokenTitle: 'This link does not work any more',
    brokenText:
      'If you have confirmed the address before, there is nothing left to do. If not, your address has not been changed; please change it in the app once more.',
    addressTaken: 'This address belongs to another account by now. Please choose another one.',
  },
  'undo-email': {
    title: 'Undo the change of your mail address',
    withoutScript:
      'If you can still log in, you can also change the address back in the app. Please change your password there too.',
    intro:
      'Press the button if you did not change your mail address: your account gets back the address that our mail came to, all devices are logged out, and we mail you a link for a new password. Until you press it, nothing changes.',
    act: 'Undo the change',
    wasMe: 'Was it you after all? Then just close this page.',
    doneTitle: 'Your old address is back',
    doneText:
      'All devices were logged out. A mail with a link for a new password is on its way to your old address. Please set the new password now.',
    alreadyTitle: 'Already undone',
    alreadyText:
      'Your old address was restored before, so there is nothing left to do here. We have mailed you a link for a new password. If you cannot find it or it is too old, choose “Forgot password” in the app.',
    missingTitle: 'This link is not complete',
    missingText: 'Please open the link in the mail once more, or copy the whole address into your browser.',
    brokenTitle: 'This link does not work any more',
    brokenText:
      'If you have undone the change before, there is nothing left to do. If not, log in and change the address in the app. If you cannot log in, please ask the people who run this service for help.',
    addressTaken: 'The old address belongs to another account by now, so it cannot be restored.',
  },
};

/** The same texts in some language. */
export type PageTexts = typeof en;
