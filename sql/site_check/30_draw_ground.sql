-- what:   Ground of some pieces as one shape in degrees (GeoJSON), by a key; each piece may stand
--         under several keys. Written down to a tenth of a millimetre, and valid so.
-- reads:  spatial_piece
-- writes: -
-- params: keys, piece_ids
SELECT
    wanted.key,
    ST_AsGeoJSON(
        ST_Multi(
            ST_CollectionExtract(
                ST_ReducePrecision(ST_Transform(ST_Union(piece.ground), 4490), 1e-9), 3
            )
        ),
        9
    )::json AS geometry
FROM unnest(%(keys)s::text[], %(piece_ids)s::bigint[]) AS wanted (key, piece_id)
INNER JOIN spatial_piece AS piece ON wanted.piece_id = piece.id
GROUP BY wanted.key
ORDER BY wanted.key
