/** The interface's colours where the map stands, and word of it when the system or the page goes dark or light. */

export class Theme {
  constructor(element, onChange) {
    this.element = element;
    this.onChange = onChange;
    this.system = window.matchMedia("(prefers-color-scheme: dark)");
    this.system.addEventListener("change", onChange);
    this.page = new MutationObserver(onChange);
    this.page.observe(document.documentElement, { attributeFilter: ["data-theme"] });
  }

  /** The value of a token of tokens.css. */
  token(name) {
    return window.getComputedStyle(this.element).getPropertyValue(name).trim();
  }

  /** What is written and outlined over the tiles. */
  ink() {
    return { text: this.token("--map-ink"), halo: this.token("--map-halo"), hover: this.token("--map-hover"), selected: this.token("--map-selected") };
  }

  /** The colour under the map. */
  ground() {
    return this.token("--map-ground");
  }

  destroy() {
    this.system.removeEventListener("change", this.onChange);
    this.page.disconnect();
  }
}

const STORED = "gisland.theme";

/** From light to dark or back, kept in this browser; answers the word for what it is now. */
export function switchTheme() {
  const root = document.documentElement;
  const isDark = (root.dataset.theme ?? (window.matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";
  root.dataset.theme = isDark ? "light" : "dark";
  try {
    window.localStorage.setItem(STORED, root.dataset.theme);
  } catch {
    // A browser that keeps nothing: the choice holds for this page.
  }
  return isDark ? "亮色" : "暗色";
}
