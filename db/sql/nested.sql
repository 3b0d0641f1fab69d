-- Lists below records: one statement for all parents of a level. {belongs} ties a row to its parent.

-- name: pages_within
-- The first page of each parent. One row more than asked tells whether more follow.
SELECT parent.id AS parent, found.version, found.id, {day} AS sorted_on
FROM unnest({parents}::text[]) AS parent (id)
CROSS JOIN LATERAL (
    SELECT DISTINCT ON ({place}, {alias}.id) {alias}.version, {place} AS place, {alias}.id
    FROM {rows}
    WHERE {belongs} AND {where}
    ORDER BY {place}, {alias}.id
    LIMIT {limit}
) found
ORDER BY parent.id, found.place, found.id

-- name: totals_within
-- How many records match below each parent.
SELECT parent.id AS parent, (SELECT count(DISTINCT {alias}.version) FROM {rows} WHERE {belongs} AND {where}) AS total
FROM unnest({parents}::text[]) AS parent (id)
