// Six words for a later phone's key: shown where it is offered, compared where it is named.

import "../../style/phones.css";
import { useCallback, useEffect, useState } from "preact/hooks";
import { isNamed, nameOffer, type Offer, offerMine, offers } from "../../gate/naming";
import { visit } from "../../gate/visit";
import { tell } from "../../state/app";
import { useCentre } from "../../texts/privacy";
import { useAct, useMe } from "./shared";

const LOOK_MS = 3000;

function Words({ words }: { words: string[] }) {
  return (
    <ol class="six">
      {words.map((word, at) => (
        <li key={at}>{word}</li>
      ))}
    </ol>
  );
}

/** On a paired phone whose key the gate does not know. */
export function OfferMine() {
  const { t } = useCentre();
  const [words, setWords] = useState<string[] | null>(null);
  const [running, offer] = useAct(
    useCallback(async () => {
      setWords(await offerMine());
    }, []),
  );
  useEffect(() => {
    let wanted = true;
    const look = () => {
      isNamed().then(
        (is) => {
          if (!is || !wanted) return;
          wanted = false;
          tell(t("phone.enrolled"));
          void visit();
        },
        () => undefined, // looked again in a moment, or when the page is opened again
      );
    };
    look(); // it may have been named after this page was left
    const timer = words === null ? undefined : window.setInterval(look, LOOK_MS);
    return () => {
      wanted = false;
      window.clearInterval(timer);
    };
  }, [words, t]);
  return (
    <section class="card" aria-labelledby="offer">
      <h2 id="offer">{t("naming.title")}</h2>
      {words === null ? (
        <p>{t("naming.text")}</p>
      ) : (
        <>
          <Words words={words} />
          <p role="status">{t("naming.shown")}</p>
        </>
      )}
      <button type="button" class={words === null ? "primary wide" : "wide"} disabled={running} onClick={offer}>
        {t(words === null ? "naming.do" : "naming.again")}
      </button>
    </section>
  );
}

/** What later phones offer, where this one may agree; asked again and again while the page is open. */
export function useOffers(): readonly Offer[] {
  const { state } = useMe();
  const [found, setFound] = useState<readonly Offer[]>([]);
  useEffect(() => {
    if (state !== "here") return;
    let wanted = true;
    const look = () => {
      offers().then(
        (now) => {
          if (wanted) setFound(now);
        },
        () => undefined, // asked again in a moment
      );
    };
    look();
    const timer = window.setInterval(look, LOOK_MS);
    return () => {
      wanted = false;
      window.clearInterval(timer);
    };
  }, [state]);
  return found;
}

/** On an owner's phone: whether the words are the same, and then the key may agree. */
export function Compare({ offer, name, onNamed }: { offer: Offer; name: string; onNamed: () => void }) {
  const { t } = useCentre();
  const [differs, setDiffers] = useState("");
  const [running, same] = useAct(
    useCallback(async () => {
      await nameOffer(offer);
      tell(t("naming.done", { name }));
      onNamed();
    }, [offer, name, onNamed, t]),
  );
  if (differs === offer.offer)
    return (
      <p class="bad" role="alert">
        {t("naming.differs")}
      </p>
    );
  return (
    <section aria-label={t("naming.of", { name })}>
      <p role="status">{t("naming.compare", { name })}</p>
      <Words words={offer.words} />
      <div class="buttons">
        <button
          type="button"
          disabled={running}
          onClick={() => {
            setDiffers(offer.offer);
          }}
        >
          {t("naming.differ")}
        </button>
        <button type="button" disabled={running} onClick={same}>
          {t("naming.same")}
        </button>
      </div>
    </section>
  );
}
