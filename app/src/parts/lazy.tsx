// Pages that are seldom opened come in files of their own: the first screen does not wait for them.

import type { ComponentType } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { link } from "../state/app";
import { useSelect } from "../state/store";
import { useTexts } from "../texts";

type Come<P> = { state: "waiting" } | { state: "failed" } | { state: "here"; page: ComponentType<P> };

/** A component that is fetched when it is drawn for the first time. silent: nothing stands there meanwhile. */
export function lazy<P extends object>(
  load: () => Promise<ComponentType<P>>,
  meanwhile: "words" | "silent" = "words",
): ComponentType<P> {
  let kept: ComponentType<P> | null = null;
  return function Lazy(props: P) {
    const [come, setCome] = useState<Come<P>>(kept === null ? { state: "waiting" } : { state: "here", page: kept });
    useEffect(() => {
      if (kept !== null) return;
      let wanted = true;
      load().then(
        (page) => {
          kept = page;
          if (wanted) setCome({ state: "here", page });
        },
        () => {
          if (wanted) setCome({ state: "failed" });
        },
      );
      return () => {
        wanted = false;
      };
    }, []);
    if (come.state === "here") return <come.page {...props} />;
    if (meanwhile === "silent") return null;
    return come.state === "failed" ? <Missing /> : <Waiting />;
  };
}

function Waiting() {
  const { t } = useTexts();
  return (
    <p class="quiet" role="status">
      {t("app.loading")}
    </p>
  );
}

// After an update the file has another name: only the page as a whole knows it. Without its home it has nobody to ask,
// so it is loaded when that is back, and not before.
function Missing() {
  const { t } = useTexts();
  const live = useSelect(link, (value) => value.state === "live");
  const wasAway = useRef(!live);
  useEffect(() => {
    if (live && wasAway.current) location.reload();
  }, [live]);
  if (!live)
    return (
      <p class="card" role="status">
        {t("app.part.away")}
      </p>
    );
  return (
    <div class="card" role="alert">
      <p>{t("app.part.missing")}</p>
      <button
        type="button"
        onClick={() => {
          location.reload();
        }}
      >
        {t("broken.reload")}
      </button>
    </div>
  );
}
