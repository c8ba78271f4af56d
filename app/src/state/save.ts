// Hands a file to the person: the browser asks where to put it, or puts it among the downloads.

export function save(name: string, content: Blob): void {
  const url = URL.createObjectURL(content);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
  window.setTimeout(() => {
    URL.revokeObjectURL(url);
  }, 60_000); // slow disks: the browser reads it meanwhile
}

export const json = (value: unknown, type = "application/json"): Blob =>
  new Blob([JSON.stringify(value, null, 2), "\n"], { type });
