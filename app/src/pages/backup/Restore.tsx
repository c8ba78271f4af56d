// Putting a copy back: this page knows the command for the copy that was chosen, and never the sheet's words.
// They open every copy, and a page's way may lead through the hub; docs/adr/0018-restore-at-the-console.md.

import { useState } from "preact/hooks";
import { Copy as Command } from "../../parts/Copy";
import { home } from "../../state/app";
import { type Copy, restorable, restoreCommands } from "../../state/backups";
import { bytes, dateTime } from "../../state/format";
import { MOST_NAME } from "../../state/place";
import { useSelect } from "../../state/store";
import { useBackupTexts } from "../../texts/backup";

export function Restore({ copies }: { copies: Copy[] }) {
  const { t } = useBackupTexts();
  const there = restorable(copies);
  const [newest] = there;
  return (
    <section class="card" aria-labelledby="backup-restore">
      <h2 id="backup-restore">{t("backup.restore")}</h2>
      <p>{t("backup.restore.text")}</p>
      {newest === undefined ? <p>{t("backup.restore.none")}</p> : <Chosen copies={there} newest={newest} />}
    </section>
  );
}

function Chosen({ copies, newest }: { copies: Copy[]; newest: Copy }) {
  const { t, tr, language } = useBackupTexts();
  const rooms = useSelect(home, (value) => value.rooms);
  const [chosen, setChosen] = useState(0);
  const [room, setRoom] = useState("");
  const commands = restoreCommands(copies[chosen] ?? newest, room);
  return (
    <>
      <label class="field">
        <span>{t("backup.restore.copy")}</span>
        <select
          value={chosen}
          onChange={(event) => {
            setChosen(event.currentTarget.selectedIndex);
          }}
        >
          {copies.map((copy, index) => (
            <option key={`${copy.target} ${copy.name}`} value={index}>
              {tr(`backup.target.${copy.target}`, copy.target)}:{" "}
              {copy.made === null ? copy.name : dateTime(Date.parse(copy.made), language)}, {bytes(copy.size, language)}
            </option>
          ))}
        </select>
      </label>
      <label class="field">
        <span>{t("backup.restore.room")}</span>
        <input
          value={room}
          list="backup-rooms"
          maxLength={MOST_NAME}
          autocomplete="off"
          aria-describedby="backup-room-hint"
          onInput={(event) => {
            setRoom(event.currentTarget.value);
          }}
        />
        <small id="backup-room-hint">{t("backup.restore.room.hint")}</small>
        <datalist id="backup-rooms">
          {rooms.map((one) => (
            <option key={one.id} value={one.name} />
          ))}
        </datalist>
      </label>
      <h3>{t("backup.restore.try")}</h3>
      <p>{t("backup.restore.try.text")}</p>
      <Command text={commands.try} label={t("backup.restore.try")} />
      <h3>{t("backup.restore.put")}</h3>
      <p>{t(room.trim() === "" ? "backup.restore.put.all" : "backup.restore.put.room")}</p>
      <Command text={commands.put} label={t("backup.restore.put")} />
      <p class="quiet">{t("backup.restore.root")}</p>
    </>
  );
}
