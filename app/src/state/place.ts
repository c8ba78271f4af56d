// What tells this home from others, as its owner enters it in the first run and on the account's page.

import { accountApi, type AccountChange } from "../api/account";
import { client, home } from "./app";
import { called } from "./home";

/** Characters of the home's name. */
export const MOST_NAME = 64;

/** Change it at home; this page shows the new name at once. */
export async function enterPlace(language: string, what: Pick<AccountChange, "home" | "serial" | "timezone">): Promise<void> {
  const { installation } = await accountApi(client, language).change(what);
  home.update((old) => called(old, installation));
}
