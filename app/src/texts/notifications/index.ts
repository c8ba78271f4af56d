// Texts of notifications. Loaded with them.

import { useSelect } from "../../state/store";
import { type Catalogues, language, type Language, type TextKey, type Texts, textsOf } from "..";
import { de as plainDe } from "../de";
import { en as plainEn } from "../en";
import { reasonsDe } from "../privacy/reasons_de";
import { reasonsEn } from "../privacy/reasons_en";
import { de } from "./de";
import { en } from "./en";

export type NotificationKey = TextKey | keyof typeof en | keyof typeof reasonsEn;

const CATALOGUES: Catalogues<NotificationKey> = {
  de: { ...plainDe, ...de, ...reasonsDe },
  en: { ...plainEn, ...en, ...reasonsEn },
};

const notifications: Record<Language, Texts<NotificationKey>> = {
  de: textsOf(CATALOGUES, "de"),
  en: textsOf(CATALOGUES, "en"),
};

export function useNotificationTexts(): Texts<NotificationKey> {
  return notifications[useSelect(language, (value) => value)];
}
