// Who served this page: the gate, or a web server that holds an export of the app.

const EXPORTED = 'meta[name="homebase-export"]'; // written into the page by `homebase app export`

/** The gate's own origin; null: another web server serves the app, and is no place to look for a home. */
export const gateOrigin = (page: Pick<Document, "querySelector"> = document, origin = location.origin): string | null =>
  page.querySelector(EXPORTED) === null ? origin : null;
