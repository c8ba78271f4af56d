// The notice's frame: who answers for the processing, whom to ask and complain to, the rights, what is not done.

import { Title } from "../../parts/Frame";
import { useCentre } from "../../texts/privacy";
import { Shown, useGatePage } from "./shared";

interface Party {
  name: string;
  address?: string;
  country?: string;
  contact: string;
}

interface Notice {
  version: string;
  controllers: Party[];
  officer: Party;
  authorities: Party[];
  rights: { term: string; text: string }[];
  not_done: { clause: string; text: string }[];
}

export function NoticePage() {
  const { t, language } = useCentre();
  const [loaded, again] = useGatePage<Notice>(`/gate/v1/notice?lang=${language}`);
  return (
    <>
      <Title text={t("notice.title")} back={{ href: "#/privacy", label: t("privacy.title") }} />
      <Shown loaded={loaded} again={again}>
        {(notice) => <Parts notice={notice} />}
      </Shown>
    </>
  );
}

function Parts({ notice }: { notice: Notice }) {
  const { t } = useCentre();
  return (
    <>
      <p>{t("notice.lead", { version: notice.version })}</p>
      <Parties id="controllers" title={t("notice.controllers")} parties={notice.controllers} />
      <Parties id="officer" title={t("notice.officer")} parties={[notice.officer]} />
      <Parties id="authorities" title={t("notice.authorities")} parties={notice.authorities} />
      <Lines id="rights" title={t("notice.rights")} lines={notice.rights.map((right) => right.text)} />
      <Lines id="not-done" title={t("notice.not-done")} lines={notice.not_done.map((row) => row.text)} />
    </>
  );
}

function Parties({ id, title, parties }: { id: string; title: string; parties: Party[] }) {
  return (
    <section class="card" aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      <ul>
        {parties.map(({ name, address, country, contact }) => (
          <li key={name}>
            {[name, address, country].filter(Boolean).join(", ")},{" "}
            <a href={contact.startsWith("https://") ? contact : `mailto:${contact}`} rel="noreferrer">
              {contact}
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Lines({ id, title, lines }: { id: string; title: string; lines: string[] }) {
  return (
    <section class="card" aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      <ul>
        {lines.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
    </section>
  );
}
