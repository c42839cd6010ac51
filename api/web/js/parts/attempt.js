/* Do what the user asked for. When somebody else changed the same thing first, show theirs, and
   keep what was asked for at hand. */

import { Refused } from "../service.js";
import { explain, say } from "./toast.js";
import { t } from "../words.js";

/** Whether it was done. ``again`` is offered after a conflict. */
export async function attempt(work, again = null) {
  try {
    await work();
    return true;
  } catch (error) {
    if (error instanceof Refused && error.status === 412)
      say(t("conflict"), { kind: "warn", act: again && { words: t("conflict.again"), run: () => attempt(work, again) } });
    else explain(error);
    return false;
  }
}
