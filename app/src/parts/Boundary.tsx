// A page that fails to draw says so and leaves the rest of the app alone.

import { Component, type ComponentChildren } from "preact";
import { useTexts } from "../texts";

interface BoundaryProps {
  children: ComponentChildren;
}

interface BoundaryState {
  reason: string | null;
}

export class Boundary extends Component<BoundaryProps, BoundaryState> {
  override state: BoundaryState = { reason: null };

  static override getDerivedStateFromError(error: unknown): BoundaryState {
    return { reason: String(error) };
  }

  override render() {
    return this.state.reason === null ? this.props.children : <Broken reason={this.state.reason} />;
  }
}

function Broken({ reason }: { reason: string }) {
  const { t } = useTexts();
  return (
    <div role="alert">
      <h1>{t("broken.title")}</h1>
      <p>{t("broken.text", { reason })}</p>
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
