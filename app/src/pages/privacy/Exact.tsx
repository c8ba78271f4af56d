// Bytes as they are, and the same with one value per line. What only shows how bytes would look has no hash.

import { useCentre } from "../../texts/privacy";

export function Exact({ text, sha256, title }: { text: string; sha256?: string; title: string }) {
  const { t } = useCentre();
  return (
    <>
      <pre class="bytes exact" tabIndex={0} role="region" aria-label={title}>
        {text}
      </pre>
      <details>
        <summary>{t("diagnosis.preview.readable")}</summary>
        <pre class="bytes" tabIndex={0} role="region" aria-label={`${t("diagnosis.preview.readable")}: ${title}`}>
          {indented(text)}
        </pre>
      </details>
      {sha256 !== undefined && <p class="breakable quiet">SHA-256 {sha256}</p>}
    </>
  );
}

/** JSON with one value per line; as it is where it is not JSON. */
function indented(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
