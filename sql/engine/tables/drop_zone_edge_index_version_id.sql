-- what:   Forget the index of zone_edge by version_id: in the partition of one version it finds
--         all rows, and the planner took it for a search by place.
-- reads:  -
-- writes: -
-- params: -
DROP INDEX zone_edge_version_id
