-- What changed between revisions. {rows} are the versions of one table: those of a kind of record, or `code_rows`.
-- A revision that opens a version under an id and closes one has modified it; only opened is added, only closed deleted.

-- name: code_rows
-- The versions of the code lists in the shape of versions of records, with the JSON that the files have of them.
SELECT c.version, c.list || '/' || c.code AS id, c.revision_from, c.revision_to, row_to_json(item)::text AS body
FROM code_version c
CROSS JOIN LATERAL (SELECT c.list, c.code, c.label_zh, c.label_en, c.definition, c.parent, c.replaced_by,
                           c.legal_nature, c.kind, c.region, c.position + 1 AS position) item

-- name: changed
-- The first changes of one table after a place. Those that come first are among the first opened and the first closed.
SELECT coalesce(o.revision, c.revision) AS revision, {place} AS place, coalesce(o.id, c.id) AS id,
       CASE WHEN c.id IS NULL THEN 'ADD' WHEN o.id IS NULL THEN 'DEL' ELSE 'MOD' END AS op, o.version
FROM (SELECT v.revision_from AS revision, v.id, v.version FROM {rows} v
      WHERE (v.revision_from, v.id) > ({revision}, {id}) AND v.revision_from <= $1
      ORDER BY v.revision_from, v.id LIMIT $2) o
FULL JOIN
     (SELECT v.revision_to AS revision, v.id FROM {rows} v
      WHERE (v.revision_to, v.id) > ({revision}, {id}) AND v.revision_to <= $1
      ORDER BY v.revision_to, v.id LIMIT $2) c USING (revision, id)

-- name: changes
-- The first changes of several tables, with the revisions that made them.
SELECT found.place, found.op, found.id, found.version, r.number AS revision, r.committed_at, r.cause, r.note
FROM (SELECT * FROM ({of_each}) each_table ORDER BY revision, place, id LIMIT $2) found
JOIN revision r ON r.number = found.revision
ORDER BY found.revision, found.place, found.id

-- name: changed_bodies
-- The JSON of some versions of one table.
SELECT v.version, v.body FROM {rows} v WHERE v.version = ANY($1::bigint[])

-- name: change_count
-- How many changes the revisions after one and up to another made in one table: a sum, to be selected.
(SELECT count(*) FROM {rows} v WHERE v.revision_from > $1 AND v.revision_from <= $2)
+ (SELECT count(*) FROM {rows} v WHERE v.revision_to > $1 AND v.revision_to <= $2
   AND NOT EXISTS (SELECT FROM {rows} n WHERE n.id = v.id AND n.revision_from = v.revision_to))

-- name: changed_revisions
-- The newest revisions after one and before another, for any reason or for some, that changed something in some tables.
SELECT r.number, r.committed_at, r.cause, r.note, r.digest
FROM revision r WHERE r.number > $1 AND r.number < $2 AND ($4::text[] IS NULL OR r.cause = ANY($4)) AND ({touched})
ORDER BY r.number DESC LIMIT $3

-- name: touched
-- Whether a revision `r` changed something in one table.
EXISTS (SELECT FROM {rows} v WHERE v.revision_from = r.number)
OR EXISTS (SELECT FROM {rows} v WHERE v.revision_to = r.number)

-- name: changes_of_revisions
-- How many changes of each sort some revisions made in one table.
SELECT coalesce(o.revision, c.revision) AS revision, {place} AS place,
       CASE WHEN c.id IS NULL THEN 'ADD' WHEN o.id IS NULL THEN 'DEL' ELSE 'MOD' END AS op, count(*) AS many
FROM (SELECT v.revision_from AS revision, v.id FROM {rows} v WHERE v.revision_from = ANY($1::integer[])) o
FULL JOIN (SELECT v.revision_to AS revision, v.id FROM {rows} v WHERE v.revision_to = ANY($1::integer[])) c
     USING (revision, id)
GROUP BY 1, 3

-- name: delta_line
-- One line of JSON of a delta, from a row of what is gone or here and the revision `r` responsible.
'{{"op":"' || d.op || '","table":"{table}","id":' || to_json(d.id) || ',"revision":' || r.number
|| ',"cause":"' || r.cause || '","note":' || to_json(r.note) || coalesce(',"record":' || d.body, '') || '}}'

-- name: gone
-- What one table has at a revision ($1) and no more at a later one ($2), with the last revision that closed it.
SELECT b.id, 'DEL' AS op, NULL::text AS body,
       (SELECT max(l.revision_to) FROM {rows} l WHERE l.id = b.id AND l.revision_to <= $2) AS revision
FROM {rows} b
WHERE b.revision_from <= $1 AND b.revision_to > $1 AND b.revision_to <= $2
  AND NOT EXISTS (SELECT FROM {rows} v WHERE v.id = b.id AND v.revision_from > $1 AND v.revision_from <= $2
                  AND (v.revision_to IS NULL OR v.revision_to > $2))

-- name: delta_gone
-- The lines of what is gone.
SELECT {line} FROM ({gone}) d JOIN revision r ON r.number = d.revision ORDER BY d.revision, d.id

-- name: dropped
-- The first record that is gone though no revision that closed it was made because of it: code lists come and go
-- without taking records with them.
SELECT d.id || coalesce(' was closed by r' || r.number || ' (' || r.cause || ')', ' was closed by no revision')
FROM ({gone}) d LEFT JOIN revision r ON r.number = d.revision
WHERE r.cause IS NULL OR r.cause = 'vocabulary'
ORDER BY d.revision, d.id LIMIT 1

-- name: delta_here
-- What one table has at a revision ($2) and not, or otherwise, at an earlier one ($1), with the revision that opened it.
-- What was changed and says the same again is no change. All is read in the order of an index, however much it is.
SELECT {line}
FROM (
    SELECT v.revision_from AS revision, v.id, CASE WHEN b.body IS NULL THEN 'ADD' ELSE 'MOD' END AS op, v.body
    FROM {rows} v
    LEFT JOIN LATERAL (SELECT p.revision_to, p.body FROM {rows} p WHERE p.id = v.id AND p.revision_from <= $1
                       ORDER BY p.revision_from DESC LIMIT 1) b ON b.revision_to > $1
    WHERE v.revision_from > $1 AND v.revision_from <= $2 AND (v.revision_to IS NULL OR v.revision_to > $2)
      AND b.body IS DISTINCT FROM v.body
) d JOIN revision r ON r.number = d.revision
ORDER BY d.revision, d.id
