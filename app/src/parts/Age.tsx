// "12 s ago", kept true with as few timers as the text needs.

import { useEffect, useReducer } from "preact/hooks";
import { age, dateTime, nextAgeMs } from "../state/format";
import { useTexts } from "../texts";

export function Age({ at }: { at: string }) {
  const { language } = useTexts();
  const [, draw] = useReducer((count: number) => count + 1, 0);
  const atMs = Date.parse(at);
  useEffect(() => {
    let timer = 0;
    const wait = () => {
      timer = window.setTimeout(() => {
        draw(0);
        wait();
      }, nextAgeMs(atMs, Date.now()));
    };
    draw(0);
    wait();
    return () => {
      window.clearTimeout(timer);
    };
  }, [atMs]);
  return (
    <time dateTime={at} title={dateTime(atMs, language)}>
      {age(atMs, Date.now(), language)}
    </time>
  );
}
