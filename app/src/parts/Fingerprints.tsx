// The keys of a home, for people to compare with what `homebase phone code` shows: rows of a list of facts.

import { useEffect, useState } from "preact/hooks";
import type { Bytes } from "../gate/bytes";
import { fingerprint } from "../remote/fingerprint";
import { useTexts } from "../texts";

/** hub: null where this browser knows the gate alone. */
export function Fingerprints({ hub, gate }: { hub: Bytes | null; gate: Bytes }) {
  const { t } = useTexts();
  return (
    <>
      {hub !== null && <Mark label={t("key.hub")} of={hub} />}
      <Mark label={t("key.gate")} of={gate} />
    </>
  );
}

function Mark({ label, of }: { label: string; of: Bytes }) {
  const [mark, setMark] = useState("");
  useEffect(() => {
    void fingerprint(of).then(setMark);
  }, [of]);
  return (
    <div>
      <dt>{label}</dt>
      <dd class="breakable" data-fingerprint>
        {mark}
      </dd>
    </div>
  );
}
