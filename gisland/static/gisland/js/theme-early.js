// Before the page is painted: light or dark as this browser was told last (map/theme.js keeps it). No module, so that nothing flashes.
try {
  const told = window.localStorage.getItem("gisland.theme");
  if (told === "light" || told === "dark") document.documentElement.dataset.theme = told;
} catch {
  // A browser that keeps nothing follows the system.
}
