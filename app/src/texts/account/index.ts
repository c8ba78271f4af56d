// Texts of the account's page. Loaded with it.

import { useSelect } from "../../state/store";
import { type Catalogues, language, type Language, type TextKey, type Texts, textsOf } from "..";
import { de as plainDe } from "../de";
import { en as plainEn } from "../en";
import { de } from "./de";
import { en } from "./en";

export type AccountKey = TextKey | keyof typeof en;

const CATALOGUES: Catalogues<AccountKey> = { de: { ...plainDe, ...de }, en: { ...plainEn, ...en } };

export const account: Record<Language, Texts<AccountKey>> = {
  de: textsOf(CATALOGUES, "de"),
  en: textsOf(CATALOGUES, "en"),
};

export function useAccountTexts(): Texts<AccountKey> {
  return account[useSelect(language, (value) => value)];
}
