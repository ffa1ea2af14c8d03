// Before the page is painted: a link from the days when the map lay at "/" (#zoom/latitude/longitude…) goes on to the map.
if (/^#\d+(\.\d+)?\/-?\d+(\.\d+)?\/-?\d+(\.\d+)?(&|$)/.test(window.location.hash)) {
  window.location.replace(document.currentScript.dataset.map + window.location.hash);
}
