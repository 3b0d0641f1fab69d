-- Lists below records: one statement for all parents of a level. {belongs} ties a version to its parent.

-- name: pages_within
-- The first page of each parent. One row more than asked tells whether more follow.
SELECT parent.id AS parent, found.*
FROM unnest({parents}::text[]) AS parent (id)
CROSS JOIN LATERAL (
    SELECT v.version, v.id, {on} AS sorted_on
    FROM {kind}_version v
    WHERE {belongs} AND {where}
    ORDER BY newest_first({on}), v.id
    LIMIT {limit}
) found
ORDER BY parent.id, found.sorted_on DESC NULLS LAST, found.id

-- name: totals_within
-- How many records match below each parent.
SELECT parent.id AS parent, (SELECT count(*) FROM {kind}_version v WHERE {belongs} AND {where}) AS total
FROM unnest({parents}::text[]) AS parent (id)
