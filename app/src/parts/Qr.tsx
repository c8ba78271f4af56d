// A QR code, drawn on this page from its text.

import "../style/qr.css";
import { useMemo } from "preact/hooks";
import { qrCode, qrPath } from "../state/qr";

const QUIET = 4; // modules of white around it, as the standard asks

export function Qr({ text, label }: { text: string; label: string }) {
  const { path, size } = useMemo(() => {
    const matrix = qrCode(text);
    return { path: qrPath(matrix), size: matrix.length + 2 * QUIET };
  }, [text]);
  return (
    <svg class="qr" viewBox={`${-QUIET} ${-QUIET} ${size} ${size}`} role="img" aria-label={label} shape-rendering="crispEdges">
      <rect class="paper" x={-QUIET} y={-QUIET} width={size} height={size} />
      <path d={path} />
    </svg>
  );
}
