// Texts of backups. Loaded with it.

import { useSelect } from "../../state/store";
import { type Catalogues, language, type Language, type TextKey, type Texts, textsOf } from "..";
import { de as plainDe } from "../de";
import { en as plainEn } from "../en";
import { de } from "./de";
import { en } from "./en";

export type BackupKey = TextKey | keyof typeof en;

const CATALOGUES: Catalogues<BackupKey> = { de: { ...plainDe, ...de }, en: { ...plainEn, ...en } };

const backup: Record<Language, Texts<BackupKey>> = {
  de: textsOf(CATALOGUES, "de"),
  en: textsOf(CATALOGUES, "en"),
};

export function useBackupTexts(): Texts<BackupKey> {
  return backup[useSelect(language, (value) => value)];
}
