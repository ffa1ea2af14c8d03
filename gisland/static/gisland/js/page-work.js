/** The page of a piece of work: it loads itself anew when the work has ended. */

import { follow } from "./work.js";

for (const element of document.querySelectorAll("[data-work]")) follow(element);
