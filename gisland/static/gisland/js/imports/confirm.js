/** Forms and buttons that say what cannot be undone ask before they are sent. */

/** Listen once for a page: `data-confirm` on a form or on the button that sends it. */
export function askFirst(root = document) {
  root.addEventListener("submit", (event) => {
    const asked = event.submitter?.dataset.confirm ?? (event.submitter?.hasAttribute("name") ? null : event.target.dataset.confirm);
    if (asked && !window.confirm(asked)) event.preventDefault();
  });
}
