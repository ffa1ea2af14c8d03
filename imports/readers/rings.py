"""Rings to polygons by containment: neither ring numbers nor their order say what is a hole."""

from __future__ import annotations

import shapely


def assemble(rings: list[shapely.Polygon]) -> shapely.MultiPolygon:
    """Even-odd: a ring inside no other is a shell, inside one a hole, inside two an island.

    ``rings`` are polygons of one ring each. What rings overlap in is judged by a point inside.
    """
    points = [ring.representative_point() for ring in rings]
    holders = [
        [other for other, ring in enumerate(rings) if other != at and ring.contains(points[at])]
        for at in range(len(rings))
    ]
    # Two rings may each contain the other's point when they overlap or are the same: the larger
    # one counts as outside.
    for at, found in enumerate(holders):
        holders[at] = [
            other
            for other in found
            if at not in holders[other] or (rings[other].area, -other) > (rings[at].area, -at)
        ]
    depth = [len(found) for found in holders]
    holes: dict[int, list[shapely.LinearRing]] = {}
    for at, found in enumerate(holders):
        if depth[at] % 2:
            shell = min(
                (other for other in found if depth[other] == depth[at] - 1),
                key=lambda other: float(rings[other].area),
            )
            holes.setdefault(shell, []).append(rings[at].exterior)
    return shapely.MultiPolygon(
        [
            shapely.Polygon(ring.exterior, holes.get(at, []))
            for at, ring in enumerate(rings)
            if depth[at] % 2 == 0
        ]
    )
