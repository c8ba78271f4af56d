// A refused or failed request, whatever way it went.

import type { ProblemBody } from "./types";

/** `status`: of HTTP, 0 when no answer came. `code` "network": the home was not reached. */
export class Problem extends Error {
  readonly status: number;
  readonly code: string;
  readonly body: ProblemBody;

  constructor(status: number, body: ProblemBody) {
    super(body.detail ?? body.title ?? `HTTP ${status}`);
    this.status = status;
    this.body = body;
    this.code = body.code ?? "";
  }
}
