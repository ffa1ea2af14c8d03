/** The page of a piece of work: it loads itself anew when the work has ended. */

import { watchJobs } from "./imports/watch.js";

watchJobs(document, () => window.location.reload());
