/** What the pages say in English. This file decides which texts exist; the compiler holds the other languages to it. */
export const en = {
  common: {
    languageNav: 'Language',
    needsScript:
      'This page needs JavaScript, because it keeps the secret of your link inside your browser. Please switch JavaScript on, or open the link in another browser. You can also type the code from the mail into the app.',
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
  },
  'confirm-sign-up': {
    title: 'Confirm your sign-up',
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
};

/** The same texts in some language. */
export type PageTexts = typeof en;
