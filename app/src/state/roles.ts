// What a role means for what is shown; what it may is decided by hub and gate. Pure.

import type { Role } from "../api/types";

/** Whether somebody does not live here: sees and sets, arranges nothing, and the gate answers none of it. */
export const isVisitor = (role: Role): boolean => role === "guest" || role === "carer";
