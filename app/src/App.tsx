// Which page is shown.

import { Boundary } from "./parts/Boundary";
import { Frame, Notes, Title } from "./parts/Frame";
import { lazy } from "./parts/lazy";
import { Newer } from "./parts/Newer";
import { BasePage, MorePage, SettingsPage } from "./pages/More";
import { DevicePage } from "./pages/Device";
import { DevicesPage } from "./pages/Devices";
import { Doors } from "./pages/Doors";
import { HistoryPage } from "./pages/History";
import { HomePage } from "./pages/Home";
import { NotFoundPage } from "./pages/NotFound";
import { RoomPage, RoomsPage } from "./pages/Rooms";
import { SystemPage } from "./pages/System";
import { home, link, phase, route } from "./state/app";
import type { Route } from "./state/route";
import { useSelect } from "./state/store";
import { useTexts } from "./texts";

// Seldom opened: each comes in a file of its own.
const RadioPage = lazy(() => import("./pages/radio/Radio").then((file) => file.RadioPage));
const FramesPage = lazy(() => import("./pages/radio/Frames").then((file) => file.FramesPage));
const KeysPage = lazy(() => import("./pages/radio/Keys").then((file) => file.KeysPage));
const AccountPage = lazy(() => import("./pages/account/Account").then((file) => file.AccountPage));
const BackupPage = lazy(() => import("./pages/backup/Backup").then((file) => file.BackupPage));
const AccessPage = lazy(() => import("./pages/privacy/Access").then((file) => file.AccessPage));
const CloudPage = lazy(() => import("./pages/cloud/Cloud").then((file) => file.CloudPage));
const ConsentsPage = lazy(() => import("./pages/privacy/Consents").then((file) => file.ConsentsPage));
const DataPage = lazy(() => import("./pages/privacy/Data").then((file) => file.DataPage));
const FiguresPage = lazy(() => import("./pages/figures/Figures").then((file) => file.FiguresPage));
const DiagnosisPage = lazy(() => import("./pages/privacy/Diagnosis").then((file) => file.DiagnosisPage));
const LedgerPage = lazy(() => import("./pages/privacy/Ledger").then((file) => file.LedgerPage));
const NoticePage = lazy(() => import("./pages/privacy/Notice").then((file) => file.NoticePage));
const NotificationsPage = lazy(() =>
  import("./pages/notifications/Notifications").then((file) => file.NotificationsPage),
);
const PhonePage = lazy(() => import("./pages/privacy/Phone").then((file) => file.PhonePage));
const PhonesPage = lazy(() => import("./pages/phones/Phones").then((file) => file.PhonesPage));
const PrivacyPage = lazy(() => import("./pages/privacy/Centre").then((file) => file.PrivacyPage));
const TeachInPage = lazy(() => import("./pages/TeachIn").then((file) => file.TeachInPage));

export function App() {
  return (
    <>
      <Newer />
      <Shown />
    </>
  );
}

function Shown() {
  const now = useSelect(phase, (value) => value);
  const where = useSelect(route, (value) => value);
  if (now.name !== "in") {
    return (
      <>
        <Doors phase={now} />
        <Notes />
      </>
    );
  }
  return (
    <Frame>
      <Boundary key={where.page === "device" ? where.address : JSON.stringify(where)}>
        <Page where={where} />
      </Boundary>
    </Frame>
  );
}

function Page({ where }: { where: Route }) {
  const { t } = useTexts();
  const loaded = useSelect(home, (value) => value.loaded);
  const over = useSelect(link, (value) => value.missing === "over");
  if (!loaded && over && NEEDS_HOME.has(where.page)) return <Title text={t("app.over")} />; // the banner says the rest
  if (!loaded && NEEDS_HOME.has(where.page)) {
    return (
      <p class="quiet" role="status">
        {t("app.loading")}
      </p>
    );
  }
  switch (where.page) {
    case "home":
      return <HomePage />;
    case "rooms":
      return <RoomsPage />;
    case "room":
      return <RoomPage key={where.id} id={where.id} />;
    case "device":
      return <DevicePage key={where.address} address={where.address} part={where.part} />;
    case "history":
      return <HistoryPage id={where.id} />;
    case "more":
      return <MorePage />;
    case "settings":
      return <SettingsPage />;
    case "base":
      return <BasePage />;
    case "diagnosis":
      return <DiagnosisPage />;
    case "privacy":
      return <PrivacyPage />;
    case "notice":
      return <NoticePage />;
    case "ledger":
      return <LedgerPage />;
    case "account":
      return <AccountPage />;
    case "phone":
      return <PhonePage />;
    case "backup":
      return <BackupPage />;
    case "notifications":
      return <NotificationsPage />;
    case "phones":
      return <PhonesPage />;
    case "cloud":
      return <CloudPage />;
    case "consents":
      return <ConsentsPage />;
    case "figures":
      return <FiguresPage />;
    case "data":
      return <DataPage />;
    case "access":
      return <AccessPage />;
    case "devices":
      return <DevicesPage />;
    case "teach-in":
      return <TeachInPage />;
    case "radio":
      return <RadioPage />;
    case "frames":
      return <FramesPage />;
    case "keys":
      return <KeysPage />;
    case "system":
      return <SystemPage />;
    case "unknown":
      return <NotFoundPage />;
  }
}

const NEEDS_HOME: ReadonlySet<Route["page"]> = new Set<Route["page"]>([
  "home",
  "rooms",
  "room",
  "device",
  "devices",
  "history",
  "cloud",
  "notifications",
  "radio",
  "frames",
  "keys",
  "teach-in",
]);
