// German, for pairing and the phones' page.

import type { en } from "./en";

export const de: Record<keyof typeof en, string> = {
  "pair.title": "Dieses Telefon koppeln",
  "pair.lead": "Zu Hause tippt jemand {command} ein, wo homebase läuft, oder zeigt einen Code auf einem Telefon, das zum Zuhause gehört. Lies ihn ein, oder füge seinen Text ein.",
  "pair.name": "Wie heißt dieses Telefon?",
  "pair.name.hint": "Zum Beispiel: Adas Telefon. Das lässt sich später ändern.",
  "pair.code": "Code",
  "pair.code.hint": "Die Zeile unter dem QR-Code; sie beginnt mit homebase:pair:1:",
  "pair.scan": "Den QR-Code mit der Kamera lesen",
  "pair.do": "Koppeln",
  "pair.asking": "Dein Zuhause wird gefragt …",
  "pair.words": "Sechs Wörter",
  "pair.words.text": "Wo der Code gezeigt wurde, stehen jetzt dieselben sechs Wörter. Lass sie dort jemanden vergleichen. Ist eines anders, ist jemand dazwischen: Dann sagt Nein.",
  "pair.waiting": "Es wartet auf das Ja von zu Hause, höchstens zehn Minuten. Dein Schlüssel bleibt in diesem Browser.",
  "pair.failed.away": "Dein Zuhause ist von hier nicht zu erreichen. Ist dieses Telefon in seinem Netz? Dann versuche es noch einmal.",
  "pair.failed.silent": "Dein Zuhause antwortet auf diesen Code nicht: Er ist benutzt, oder seine zehn Minuten sind um. Lass dir einen neuen zeigen.",
  "pair.failed.not_confirmed": "Zu Hause hat niemand die Wörter bestätigt. Lass dir einen neuen Code zeigen und versuche es noch einmal.",
  "pair.failed.seen": "Jemand anderes hat diesen Code auch gezeigt. Niemand wurde gekoppelt. Lass dir einen neuen zeigen, wo niemand zusieht.",
  "pair.failed.ended": "Die Verbindung endete, bevor dieses Telefon gekoppelt war. Lass dir einen neuen Code zeigen und versuche es noch einmal.",
  "pair.failed.unreadable": "Das ist kein Kopplungscode, oder ein Teil fehlt. Kopiere die ganze Zeile, die mit homebase:pair:1: beginnt.",
  "pair.failed.too_old": "Dieser Browser kann die Schlüssel dafür nicht machen (X25519). Erneuere ihn: Chrome oder Edge ab 133, Firefox ab 130, Safari ab 17.",
  "pair.failed.insecure": "Diese Seite wurde nicht sicher geladen, darum macht der Browser keine Schlüssel. Öffne die App über https oder auf dem Gerät selbst.",
};
