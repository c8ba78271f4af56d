// A line that may name commands: their options stay whole at the end of a line.

const OPTION = /(--\S+)/;

export function Said({ text }: { text: string }) {
  return (
    <>
      {text.split(OPTION).map((part, index) => (index % 2 === 0 ? part : <span class="whole">{part}</span>))}
    </>
  );
}
