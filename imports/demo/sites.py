"""Free places for scenes, far enough apart that none touches another's red line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely
from scipy.spatial import cKDTree

from imports.demo.cells import TOWN, VILLAGE, Ground, Ints
from imports.demo.classes import CULTIVATED
from imports.demo.scenes import Site

if TYPE_CHECKING:
    from numpy.random import Generator

    from imports.demo.corridors import Corridor
    from imports.demo.place import Floats


class Sites:
    """A stock of sites by county and surroundings; each is handed out once."""

    def __init__(
        self, rng: Generator, ground: Ground, corridors: list[Corridor], patches: int
    ) -> None:
        """Lay out the sites for about this many patches."""
        self.ground = ground
        area = float(shapely.area(ground.cells).sum())
        self.gap = float(np.clip(np.sqrt(area / max(patches, 40) / 7), 150, 640))
        special = np.vstack([self._villages(rng, patches), self._borders(rng)])
        points = np.vstack([special, self._lattice(rng, special)])
        cell = self._cells(points)
        keep = cell >= 0
        self.points, self.cell = points[keep], cell[keep]
        self.clear = self._clear_of(corridors, self.points)
        self.free = np.ones(len(self.points), bool)
        self.kind = np.repeat(
            ["village", "border", "field"],
            [len(self._village), len(self._border), len(points) - len(special)],
        )[keep]
        shield = [ground.frame.protection(self.points, version) for version in (0, 1)]
        self.kept, self.open = np.minimum(*shield), -np.maximum(*shield)
        self.to_town = cKDTree(ground.frame.towns).query(self.points)[0]
        self.order = rng.permutation(len(self.points))

    def _villages(self, rng: Generator, patches: int) -> Floats:
        ground = self.ground
        homes = np.flatnonzero((ground.kind == VILLAGE) & (ground.code == "0702"))
        _, first = np.unique(ground.owner[homes], return_index=True)
        places = ground.seeds[homes[first]]
        self._village = rng.permutation(places)[: max(6, patches // 14)]
        return np.asarray(self._village)

    def _borders(self, rng: Generator) -> Floats:
        """Middles of county lines with crops on both sides, one for each pair of counties."""
        ground = self.ground
        a, b = ground.arc_cells.T
        crops = np.isin(ground.code, CULTIVATED)
        fit = (a >= 0) & (b >= 0)
        fit &= (ground.county[a] != ground.county[b]) & crops[a] & crops[b]
        found: dict[tuple[int, int], Floats] = {}
        for i in rng.permutation(np.flatnonzero(fit)):
            pair = sorted((int(ground.county[a[i]]), int(ground.county[b[i]])))
            middle = shapely.get_coordinates(
                shapely.line_interpolate_point(ground.arcs[i], 0.5, normalized=True)
            )[0]
            if len(self._village) and np.hypot(*(self._village - middle).T).min() < 1.1 * self.gap:
                continue
            found.setdefault((pair[0], pair[1]), middle)
        self._border = np.array([found[k] for k in sorted(found)]).reshape(-1, 2)
        return self._border

    def _lattice(self, rng: Generator, taken: Floats) -> Floats:
        frame = self.ground.frame
        x = np.arange(-frame.half_width, frame.half_width, self.gap) + frame.shift
        y = np.arange(-frame.half_height, frame.half_height, self.gap)
        grid = np.stack(np.meshgrid(x, y), -1).reshape(-1, 2)
        grid = grid + rng.uniform(-0.1, 0.1, grid.shape) * self.gap
        far = cKDTree(taken).query(grid)[0] > 0.95 * self.gap
        return np.asarray(grid[far])

    def _cells(self, points: Floats) -> Ints:
        point, cell = shapely.STRtree(self.ground.cells).query(
            shapely.points(points), predicate="within"
        )
        found = np.full(len(points), -1)
        found[point] = cell
        return found

    def _clear_of(self, corridors: list[Corridor], points: Floats) -> Floats:
        """Distance to roads, rivers and built cells."""
        wide = [c.geom for c in corridors if c.code in ("1003", "1101", "1004")]
        lines = shapely.get_parts(shapely.boundary(np.array(wide, object)))
        pieces = np.concatenate([shapely.get_parts(lines)])
        _, distance = shapely.STRtree(pieces).query_nearest(
            shapely.points(points), return_distance=True, all_matches=False
        )
        built = self.ground.kind == TOWN
        near_town = cKDTree(self.ground.seeds[built]).query(points)[0]
        return np.minimum(np.asarray(distance), near_town * 0.8)

    def take(self, county: int, want: str) -> Site | None:
        """A free site of a county, or None when used up.

        Wanted may be field, town (nearest to one), kept (most safely on basic farmland), open
        (most safely off it), eco, garden, adjustable, village or border.
        """
        ground = self.ground
        here = self.free & (ground.county[self.cell] == county)
        crops = np.isin(ground.code[self.cell], CULTIVATED)
        if want in ("village", "border"):
            fit = here & (self.kind == want)
        elif want == "eco":
            fit = here & np.isin(ground.code[self.cell], ("0301", "0305", "0307"))
        elif want == "garden":
            fit = here & np.isin(ground.code[self.cell], ("0201", "0202", "0204", "0404"))
        elif want == "adjustable":
            fit = here & (ground.code[self.cell] == "0201K")
        else:
            fit = here & crops & (self.kind == "field")
            room = fit & (self.clear > 0.28 * self.gap)
            fit = room if room.any() else fit
        rows = self.order[fit[self.order]]
        if not len(rows):
            return None
        best = {"town": -self.to_town, "kept": self.kept, "open": self.open}.get(want)
        row = rows[0] if best is None else rows[np.argmax(best[rows])]
        self.free[row] = False
        return self._site(int(row))

    def _site(self, row: int) -> Site:
        cell = self.cell[row]
        reach = 0.42 * self.gap
        if self.kind[row] == "field":
            reach = min(reach, max(0.3 * reach, float(self.clear[row])))
        x, y = self.points[row]
        return Site(
            (float(x), float(y)),
            int(self.ground.county[cell]),
            float(self.ground.angle[cell]),
            reach,
        )

    def county_of(self, points: Floats) -> Ints:
        """The county number of points (-1 outside)."""
        cell = self._cells(points)
        return np.where(cell >= 0, self.ground.county[cell], -1)
