import { render } from "preact";
import { App } from "./App";
import { start } from "./state/app";
import { keepShell } from "./state/shell";
import "./style/base.css";
import "./style/frame.css";
import "./style/parts.css";

const root = document.getElementById("app");
if (root !== null) {
  render(<App />, root);
  void start();
  if (import.meta.env.PROD) window.addEventListener("load", () => void keepShell()); // after the first screen
}
