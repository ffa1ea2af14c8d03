-- what:   Ground of some pieces as one shape in degrees (GeoJSON), by a key; each piece may stand
--         under several keys.
-- reads:  spatial_piece
-- writes: -
-- params: keys, piece_ids
SELECT
    wanted.key,
    ST_AsGeoJSON(
        ST_Transform(ST_Multi(ST_CollectionExtract(ST_Union(piece.ground), 3)), 4490), 8
    )::json AS geometry
FROM unnest(%(keys)s::text[], %(piece_ids)s::bigint[]) AS wanted (key, piece_id)
INNER JOIN spatial_piece AS piece ON wanted.piece_id = piece.id
GROUP BY wanted.key
ORDER BY wanted.key
