// A message that came by push: shown as it is; a tap opens the page of notifications. Its words were encrypted to this
// browser alone.

declare const self: ServiceWorkerGlobalScope;

export function beTold(): void {
  self.addEventListener("push", (event) => {
    const text = event.data?.text() ?? "";
    event.waitUntil(self.registration.showNotification("homebase", { body: text, icon: "./icon-192.png" }));
  });
  self.addEventListener("notificationclick", (event) => {
    event.notification.close();
    event.waitUntil(open());
  });
}

async function open(): Promise<void> {
  const address = `${self.registration.scope}#/notifications`;
  const [known] = await self.clients.matchAll({ type: "window" });
  if (known === undefined) await self.clients.openWindow(address);
  else {
    await known.focus();
    await known.navigate(address).catch(() => null); // not ours to steer: it is in front at least
  }
}
