// Whether the app should be installed before it is paired. Pure.

/** Whether this tab's keys would be lost to the installed app: on iPhone and iPad each has a storage of its own. Their
 * browsers alone know `standalone`, which is true in the installed app. */
export const installsFirst = (browser: object): boolean => "standalone" in browser && browser.standalone === false;
