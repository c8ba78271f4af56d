// Texts of pairing and of the phones' page. Loaded with them.

import "../../style/phones.css";
import { useSelect } from "../../state/store";
import { type Catalogues, language, type Language, type TextKey, type Texts, textsOf } from "..";
import { de as plainDe } from "../de";
import { en as plainEn } from "../en";
import { de } from "./de";
import { en } from "./en";

export type PhoneKey = TextKey | keyof typeof en;

const CATALOGUES: Catalogues<PhoneKey> = { de: { ...plainDe, ...de }, en: { ...plainEn, ...en } };

const phones: Record<Language, Texts<PhoneKey>> = {
  de: textsOf(CATALOGUES, "de"),
  en: textsOf(CATALOGUES, "en"),
};

export function usePhoneTexts(): Texts<PhoneKey> {
  return phones[useSelect(language, (value) => value)];
}
