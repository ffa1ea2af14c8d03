/**
 * What a page tells its map: one JSON block, written by the server with json_script (id "map-config").
 *
 * center [lon, lat], zoom       where to begin; bounds [west, south, east, north] goes before them
 * address                       false: do not keep the place in the page address
 * crs {central_meridian}        plane of the pointer's coordinates; without it the 3° zone of the pointer
 * crs_note                      source line at the foot of the map
 * styles {token: {label, color, hatch, line, fill_opacity}}    the look of patches, weightiest first
 * marks {code: {label, color, icon}}                           weightiest first; icons: icons.js
 * layers [{                     the lowest first
 *   id, title, kind             "patch" (styles and marks), "fill" or "line"
 *   url                         ".../{z}/{x}/{y}.mvt"; the MVT layer is `source_layer` or `id`,
 *                               its label points are in "<that>-labels" (one point per feature, or per cluster with its `count`)
 *   minzoom, maxzoom            zooms of the map; a tile's zoom is one less (tiles are 512 px)
 *   tile_maxzoom                last zoom of its tiles (16), enlarged beyond
 *   except [id]                 features that are not painted: another layer shows them more closely
 *   visible, selectable         switched on at first; hovered and selected like a patch
 *   style {color, fill_opacity, hatch, line, label_minzoom, label_maxzoom, label_size}
 *   class_field, classes [{value, label, color, …style}]         a code falls to its longest prefix
 *   label_field, fields [{name, label}]                          label on the map; rows in 此处
 *   feature_url                 "/patches/{id}/": where the heading in 此处 leads
 * }]
 * imagery [{id, title, taken_on, url, bounds, minzoom, maxzoom}], image (id shown first),
 * basemaps [{id, title, urls, minzoom, maxzoom, bounds, attribution}]   pictures under everything
 * swipe {before, after}         ids; else the oldest and the newest image
 * shapes [{id, title, features, look, pickable, visible, legend}]   GeoJSON over the tiles: shapes.js
 * selected {layer, id}          the feature that the page is about: outlined all the time
 * layers_open                   false: the list of layers is folded at first; else where there is room
 * legend_open                   the same of the legend
 * dated {layer id: day}, print_title, print_note     the source line, title and last word of a print
 * identify_url                  asked with lng, lat: what /tiles/identify answers
 * terms {verdict, marks, address, borderline, class: {code: word}}
 *
 * hatch: none, slash, backslash, horizontal, vertical, cross, dots, sparse-dots
 * line: none, hair, thin, solid, bold, dashed, dashdot, ticks, a width, or {width, dash, ticks, color}
 */

const KINDS = ["patch", "fill", "line"];

function fault(message) {
  return new TypeError(`map config: ${message}`);
}

/** The config with its optional parts filled in; throws a TypeError that names what is wrong. */
export function readConfig(given) {
  if (!given || typeof given !== "object") throw fault("there is none (json_script id \"map-config\")");
  const config = { styles: {}, marks: {}, layers: [], imagery: [], basemaps: [], terms: {}, ...given };
  if (!config.bounds && !config.center) throw fault("neither bounds nor center");
  const ids = new Set();
  for (const layer of config.layers) {
    if (!layer.id || ids.has(layer.id)) throw fault(`layer id missing or twice: ${layer.id}`);
    ids.add(layer.id);
    if (!KINDS.includes(layer.kind)) throw fault(`layer ${layer.id}: kind "${layer.kind}" is none of ${KINDS.join(", ")}`);
    if (!["{z}", "{x}", "{y}"].every((part) => String(layer.url).includes(part))) throw fault(`layer ${layer.id}: url lacks {z}/{x}/{y}`);
    if (!layer.title) throw fault(`layer ${layer.id}: no title`);
  }
  return config;
}
