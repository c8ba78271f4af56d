// Texts of figures that may leave. Loaded with its page.

import { useSelect } from "../../state/store";
import { type Catalogues, language, type Language, type TextKey, type Texts, textsOf } from "..";
import { de as plainDe } from "../de";
import { en as plainEn } from "../en";
import { de } from "./de";
import { en } from "./en";

export type FigureKey = TextKey | keyof typeof en;

const CATALOGUES: Catalogues<FigureKey> = { de: { ...plainDe, ...de }, en: { ...plainEn, ...en } };

const figures: Record<Language, Texts<FigureKey>> = {
  de: textsOf(CATALOGUES, "de"),
  en: textsOf(CATALOGUES, "en"),
};

export function useFigureTexts(): Texts<FigureKey> {
  return figures[useSelect(language, (value) => value)];
}
