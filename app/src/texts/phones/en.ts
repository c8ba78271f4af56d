// English, for pairing and the phones' page.

export const en = {
  "pair.title": "Pair this phone",
  "pair.lead": "At home somebody types {command} where homebase runs, or shows a code on a phone that belongs to the home. Scan it, or paste its text.",
  "pair.name": "What is this phone called?",
  "pair.name.hint": "For example: Ada’s phone. It can be changed later.",
  "pair.code": "Code",
  "pair.code.hint": "The line below the QR code; it begins with homebase:pair:1:",
  "pair.scan": "Read the QR code with the camera",
  "pair.do": "Pair",
  "pair.asking": "Asking your home …",
  "pair.words": "Six words",
  "pair.words.text": "Where the code was shown, the same six words stand now. Let somebody there compare them. If one differs, somebody is in between: then say no.",
  "pair.waiting": "Waiting for the yes from home, ten minutes at most. Your key stays in this browser.",
  "pair.failed.away": "Your home can’t be reached from here. Is this phone in its network? Then try again.",
  "pair.failed.silent": "Your home does not answer this code: it was used, or its ten minutes are over. Have a new one shown.",
  "pair.failed.not_confirmed": "At home nobody confirmed the words. Have a new code shown and try again.",
  "pair.failed.seen": "Somebody else showed this code, too. Nobody was paired. Have a new one shown, where nobody looks on.",
  "pair.failed.ended": "The connection ended before this phone was paired. Have a new code shown and try again.",
  "pair.failed.unreadable": "This is not a pairing code, or a part of it is missing. Copy the whole line that begins with homebase:pair:1:",
  "pair.failed.too_old": "This browser can’t make the keys for it (X25519). Update it: Chrome or Edge from 133, Firefox from 130, Safari from 17.",
  "pair.failed.insecure": "This page was not loaded securely, so the browser makes no keys. Open the app by https, or on the machine itself.",
} as const;
