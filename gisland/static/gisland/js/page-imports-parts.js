/** The layers of one upload: their jobs are watched, and the list is renewed when one has ended. */

import { askFirst } from "./imports/confirm.js";
import { renew } from "./imports/panel.js";
import { watchJobs } from "./imports/watch.js";

const parts = document.getElementById("parts");
const watch = () =>
  watchJobs(parts, async () => {
    await renew(parts).catch(() => window.location.reload());
    watch();
  });
watch();
askFirst();
