// Who has access: the people of the home, their sessions, the keys that may agree. Keys go by a signed statement.

import { useCallback } from "preact/hooks";
import { state } from "../../gate/phone";
import { visit } from "../../gate/visit";
import { Title } from "../../parts/Frame";
import { useLoad, useRole } from "../../parts/hooks";
import { Icon } from "../../parts/Icon";
import { client, tell } from "../../state/app";
import { dateTime } from "../../state/format";
import { isVisitor } from "../../state/roles";
import { useCentre } from "../../texts/privacy";
import { isOwn } from "./own";
import { PhoneState } from "./PhoneState";
import { ForGuests, useAct, useMe, useVisited } from "./shared";

export function AccessPage() {
  const { t } = useCentre();
  const role = useRole();
  return (
    <>
      <Title text={t("access.title")} back={{ href: "#/privacy", label: t("more.privacy") }} />
      {isVisitor(role) ? <ForGuests /> : <Whole owner={role === "owner"} />}
    </>
  );
}

function Whole({ owner }: { owner: boolean }) {
  const { t } = useCentre();
  useMe();
  return (
    <>
      <p>{t("access.lead")}</p>
      {owner ? (
        <>
          <Records holding="hub.people" title={t("access.people")} />
          <Records holding="hub.sessions" title={t("access.sessions")} />
        </>
      ) : (
        <p class="card">{t("access.owner")}</p>
      )}
      <Phones />
    </>
  );
}

interface Records {
  columns: string[];
  rows: (string | number | boolean | null)[][];
}

const HIDDEN: ReadonlySet<string> = new Set(["id", "person", "program"]);
const TIME = /^\d{4}-\d\d-\d\dT/;

function Records({ holding, title }: { holding: string; title: string }) {
  const { t, tr, language } = useCentre();
  const [loaded] = useLoad(
    () => client.ask<Records>("rights.records", { holding, after: 0, limit: 200 }),
    holding,
  );
  const [own] = useLoad(() => client.session(), "own");
  const end = own.state === "here" && holding === "hub.sessions" ? own.value.expires_at : null;
  const shown = (column: string, value: Records["rows"][number][number]) => {
    if (typeof value === "string" && TIME.test(value)) return dateTime(Date.parse(value), language);
    if (column !== "role") return value === null ? "–" : String(value);
    return value === null ? "–" : tr(`system.role.${String(value)}`, String(value));
  };
  return (
    <section class="card" aria-label={title}>
      <h2>{title}</h2>
      {loaded.state === "loading" && <p role="status">{t("app.loading")}</p>}
      {loaded.state === "here" && (
        <ul class="plainlist apart">
          {loaded.value.rows.map((row, index) => (
            <li key={index}>
              {isOwn(loaded.value.columns, row, end) && (
                <p data-own>
                  <strong>{t("access.own")}</strong>
                </p>
              )}
              <dl class="facts short">
                {loaded.value.columns.map(
                  (column, at) =>
                    !HIDDEN.has(column) && (
                      <div key={column}>
                        <dt>{tr(`access.column.${column}`, column.replaceAll("_", " "))}</dt>
                        <dd>{shown(column, row[at] ?? null)}</dd>
                      </div>
                    ),
                )}
              </dl>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

/** The keys that count at the gate, by its signed word. */
function Phones() {
  const { t } = useCentre();
  const now = useVisited();
  const { phone } = useMe();
  const [running, remove] = useAct(
    useCallback(
      async (kid: string) => {
        await state("key-removal", () => ({ kid }));
        tell(t("access.removed"));
        await visit();
      },
      [t],
    ),
  );
  return (
    <section aria-labelledby="phones">
      <h2 id="phones">{t("access.phones")}</h2>
      <PhoneState />
      {now.state === "here" &&
        now.visit.keys.map((one) => (
          <div class="card" key={one.key}>
            <p class="breakable">
              <Icon name="key" size={18} /> {one.key}
              <br />
              <small>
                {t(one.may_grant ? "access.grants" : "access.withdraws")}
                {one.key === phone?.kid && `, ${t("access.this")}`}
              </small>
            </p>
            {one.key !== phone?.kid && (
              <button
                type="button"
                class="wide"
                disabled={running}
                aria-label={t("access.remove.of", { key: one.key.slice(0, 8) })}
                onClick={() => {
                  remove(one.key);
                }}
              >
                {t("access.remove")}
              </button>
            )}
          </div>
        ))}
    </section>
  );
}
