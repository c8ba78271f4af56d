// This browser's subscription at its push service.

/** What the gate is told of it; label: whose browser it is. */
export interface Keys {
  endpoint: string;
  p256dh: string;
  auth: string;
}

/** Whether this browser can be told something while the app is closed. */
export const canBeTold = (): boolean => "serviceWorker" in navigator && "PushManager" in globalThis && "Notification" in globalThis;

/** Ask the person, then subscribe anew; null: they said no. `key`: the gate's, base64url. */
export async function subscribe(key: string): Promise<Keys | null> {
  if ((await Notification.requestPermission()) !== "granted") return null;
  const { pushManager } = await navigator.serviceWorker.ready;
  await (await pushManager.getSubscription())?.unsubscribe(); // it may be bound to another gate's key
  const made = await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
  return { endpoint: made.endpoint, p256dh: word(made.getKey("p256dh")), auth: word(made.getKey("auth")) };
}

/** base64url without padding. */
export function word(bytes: ArrayBuffer | null): string {
  const text = String.fromCharCode(...new Uint8Array(bytes ?? new ArrayBuffer(0)));
  return btoa(text).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}
