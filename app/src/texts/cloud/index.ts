// Texts of usage history on servers. Loaded with its page.

import { useSelect } from "../../state/store";
import { type Catalogues, language, type Language, type TextKey, type Texts, textsOf } from "..";
import { de as plainDe } from "../de";
import { en as plainEn } from "../en";
import { de } from "./de";
import { en } from "./en";

export type CloudKey = TextKey | keyof typeof en;

const CATALOGUES: Catalogues<CloudKey> = { de: { ...plainDe, ...de }, en: { ...plainEn, ...en } };

const cloud: Record<Language, Texts<CloudKey>> = {
  de: textsOf(CATALOGUES, "de"),
  en: textsOf(CATALOGUES, "en"),
};

export function useCloudTexts(): Texts<CloudKey> {
  return cloud[useSelect(language, (value) => value)];
}
