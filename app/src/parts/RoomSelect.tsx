import { useTexts } from "../texts";

export interface RoomSelectProps {
  rooms: readonly { id: string; name: string }[];
  value: string;
  onValue: (id: string) => void;
}

export function RoomSelect({ rooms, value, onValue }: RoomSelectProps) {
  const { t } = useTexts();
  return (
    <select
      value={value}
      onChange={(event) => {
        onValue(event.currentTarget.value);
      }}
    >
      <option value="">{t("device.room.none")}</option>
      {rooms.map((one) => (
        <option key={one.id} value={one.id}>
          {one.name}
        </option>
      ))}
    </select>
  );
}
