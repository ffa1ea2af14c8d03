/** The one place where Leaflet's global (django-leaflet's copy) enters our modules. */

if (!window.L || !window.L.version) throw new Error("Leaflet must be loaded before the map modules");

export const L = window.L;
