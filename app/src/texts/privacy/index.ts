// Texts of the privacy centre, loaded with its pages and with the banners about it.

import "../../style/centre.css";
import holdingsDe from "../../../../hub/daemon/holdings_de.json"; // the command line's words, too
import { useSelect } from "../../state/store";
import { type Catalogues, language, type Language, type TextKey, type Texts, textsOf } from "..";
import { de as plainDe } from "../de";
import { en as plainEn } from "../en";
import { de } from "./de";
import { en } from "./en";
import { reasonsDe } from "./reasons_de";
import { reasonsEn } from "./reasons_en";

export type CentreKey = TextKey | keyof typeof en | keyof typeof reasonsEn;

const CATALOGUES: Catalogues<CentreKey> = {
  de: { ...plainDe, ...de, ...reasonsDe },
  en: { ...plainEn, ...en, ...reasonsEn },
};

export type Centre = Texts<CentreKey>;

export const centre: Record<Language, Centre> = { de: textsOf(CATALOGUES, "de"), en: textsOf(CATALOGUES, "en") };

export function useCentre(): Centre {
  return centre[useSelect(language, (value) => value)];
}

const HOLDINGS_DE: Readonly<Record<string, string>> = holdingsDe;

/** A holding's own words: purpose, term, why something stays. The English text is the key. */
export const said = (words: string, current: Language): string =>
  current === "de" ? (HOLDINGS_DE[words] ?? words) : words;

/** Why the gate refused, by the code that it signed. */
export const refusal = ({ tr, t }: Centre, reason: string): string =>
  tr(`refused.${reason}`, t("refused.other", { reason }));
