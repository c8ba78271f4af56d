// What could not be loaded, with the cause and the way to try again; tried by itself when the cause may be gone.

import { useEffect } from "preact/hooks";
import { Problem } from "../api/problem";
import { link } from "../state/app";
import { explain, isPassing } from "../state/problems";
import { useSelect } from "../state/store";
import { useTexts } from "../texts";
import { Icon } from "./Icon";
import { useNames } from "./names";

const AGAIN_MS = 3000;

export function Failed({ again, problem }: { again: () => void; problem?: unknown }) {
  const texts = useTexts();
  const named = useNames();
  const live = useSelect(link, (value) => value.state === "live");
  const passing = isPassing(problem);
  useEffect(() => {
    if (!live || !passing) return;
    const timer = window.setInterval(again, AGAIN_MS);
    return () => {
      window.clearInterval(timer);
    };
  }, [live, passing, again]);
  const said = problem instanceof Problem ? explain(problem, texts, named) : null;
  return (
    <div class="card" role="alert">
      <p>
        <Icon name="warning" size={18} /> {said?.text ?? texts.t("failed.load")}
      </p>
      {typeof said?.wayOut === "string" && <p>{said.wayOut}</p>}
      <button type="button" onClick={again}>
        {texts.t("again")}
      </button>
    </div>
  );
}
