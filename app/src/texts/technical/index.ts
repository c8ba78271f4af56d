// Texts of the pages that few people open often: radio, keys, a device's own memory. Loaded with those pages.

import "../../style/technical.css";
import { useSelect } from "../../state/store";
import { type Catalogues, language, type Language, type TextKey, type Texts, textsOf } from "..";
import { de as plainDe } from "../de";
import { en as plainEn } from "../en";
import { de } from "./de";
import { en } from "./en";
import { parametersDe } from "./parameters_de";
import { parametersEn } from "./parameters_en";

export type TechnicalKey = TextKey | keyof typeof en | keyof typeof parametersEn;

const CATALOGUES: Catalogues<TechnicalKey> = {
  de: { ...plainDe, ...de, ...parametersDe },
  en: { ...plainEn, ...en, ...parametersEn },
};

export type Technical = Texts<TechnicalKey>;

export const technical: Record<Language, Technical> = {
  de: textsOf(CATALOGUES, "de"),
  en: textsOf(CATALOGUES, "en"),
};

export function useTechnical(): Technical {
  return technical[useSelect(language, (value) => value)];
}
