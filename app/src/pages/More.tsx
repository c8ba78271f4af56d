// Lists of further pages. Remote diagnosis stands where the notice (6.6) says: Settings → Home Base → Remote diagnosis.

import type { ComponentChildren } from "preact";
import { Title } from "../parts/Frame";
import { useRole } from "../parts/hooks";
import { Icon, type IconName } from "../parts/Icon";
import { LanguageChoice } from "../parts/LanguageChoice";
import { home, logOut, phase } from "../state/app";
import { isVisitor } from "../state/roles";
import { useSelect } from "../state/store";
import { useTexts } from "../texts";

interface RowProps {
  href: string;
  icon: IconName;
  title: string;
  text?: string;
}

export function Row({ href, icon, title, text }: RowProps) {
  return (
    <li>
      <a class="row" href={href}>
        <Icon name={icon} />
        <span class="words">
          <strong>{title}</strong>
          {text !== undefined && <small>{text}</small>}
        </span>
        <Icon name="forward" size={18} />
      </a>
    </li>
  );
}

export function Rows({ children }: { children: ComponentChildren }) {
  return <ul class="rows card menu">{children}</ul>;
}

export function MorePage() {
  const { t, tn } = useTexts();
  const role = useRole();
  const owner = role === "owner";
  const waiting = useSelect(home, (value) => value.notifications.length);
  const byToken = useSelect(phase, (value) => value.name === "in" && value.token !== null);
  return (
    <>
      <Title text={t("more.title")} />
      <Rows>
        <Row
          href="#/notifications"
          icon="bell"
          title={t("more.notify")}
          text={waiting === 0 ? t("more.notify.none") : tn("more.notify.waiting", waiting)}
        />
        <Row href="#/privacy" icon="shield" title={t("more.privacy")} text={t("more.privacy.text")} />
        <Row href="#/settings" icon="settings" title={t("more.settings")} text={t("more.settings.text")} />
        {owner && <Row href="#/account" icon="person" title={t("more.account")} text={t("more.account.text")} />}
        {owner && <Row href="#/phones" icon="key" title={t("more.phones")} text={t("more.phones.text")} />}
        {owner && <Row href="#/backup" icon="box" title={t("more.backup")} text={t("more.backup.text")} />}
        <Row
          href="#/devices"
          icon="radio"
          title={t("more.devices")}
          text={t(owner ? "more.devices.text" : "more.devices.list")}
        />
        {!isVisitor(role) && <Row href="#/radio" icon="signal" title={t("more.radio")} text={t("more.radio.text")} />}
        <Row href="#/system" icon="system" title={t("more.system")} text={t("more.system.text")} />
      </Rows>
      {!byToken && (
        <Rows>
          <Row href="#/privacy/phone" icon="key" title={t("more.phone")} text={t("more.phone.text")} />
        </Rows>
      )}
      {byToken && (
        <button type="button" class="wide" onClick={() => void logOut()}>
          {t("logout")}
        </button>
      )}
    </>
  );
}

export function SettingsPage() {
  const { t } = useTexts();
  return (
    <>
      <Title text={t("settings.title")} back={{ href: "#/more", label: t("tab.more") }} />
      <Rows>
        <Row href="#/settings/base" icon="home" title={t("settings.base")} text={t("settings.base.text")} />
      </Rows>
      <div class="card">
        <LanguageChoice />
      </div>
    </>
  );
}

export function BasePage() {
  const { t } = useTexts();
  const role = useRole();
  const visitor = isVisitor(role);
  return (
    <>
      <Title text={t("base.title")} back={{ href: "#/settings", label: t("settings.title") }} />
      <Rows>
        <Row href="#/settings/base/diagnosis" icon="shield" title={t("base.diagnosis")} />
        {role === "owner" && <Row href="#/privacy/history" icon="history" title={t("more.cloud")} />}
        {role === "owner" && <Row href="#/privacy/figures" icon="signal" title={t("more.figures")} />}
        {!visitor && <Row href="#/devices" icon="radio" title={t("devices.radio")} />}
        <Row href="#/system" icon="system" title={t("system.title")} />
      </Rows>
    </>
  );
}
