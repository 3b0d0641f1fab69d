-- What the API reads. {where} and the like are filled in by db/filters.py and db/reader.py, from fixed
-- texts only; every value is a bound parameter. $1 is always the revision.

-- name: latest_revision
-- The newest revision.
SELECT number, committed_at, cause, note, digest FROM revision ORDER BY number DESC LIMIT 1

-- name: revision_by_number
-- One revision.
SELECT number, committed_at, cause, note, digest FROM revision WHERE number = $1

-- name: revision_by_time
-- The newest revision committed by a moment.
SELECT number, committed_at, cause, note, digest FROM revision WHERE committed_at <= $1 ORDER BY number DESC LIMIT 1

-- name: text_layer
-- The text layer with a hash, where it is held.
SELECT body FROM text_layer WHERE sha256 = $1

-- name: revision_by_release
-- The revision that is a release.
SELECT r.number, r.committed_at, r.cause, r.note, r.digest
FROM release JOIN revision r ON r.number = release.revision WHERE release.name = $1

-- name: closing
-- The last revision up to one that closed a record.
SELECT r.number, r.committed_at, r.cause, r.note, r.digest
FROM {kind}_version v JOIN revision r ON r.number = v.revision_to
WHERE v.id = $1 AND v.revision_to <= $2 ORDER BY v.revision_to DESC LIMIT 1

-- name: all_revisions
-- The ledger.
SELECT number, committed_at, cause, note, digest FROM revision ORDER BY number

-- name: first_digests
-- The digests of the oldest revisions.
SELECT digest FROM revision WHERE number <= $1 ORDER BY number

-- name: vocabulary_revision
-- The newest revision that touched a code list or an annotation, up to one: what these are as of it is cached by.
SELECT coalesce(max(greatest(revision_from, CASE WHEN revision_to <= $1 THEN revision_to END)), 0)
FROM (SELECT revision_from, revision_to FROM code_version
      UNION ALL SELECT revision_from, revision_to FROM annotation_version) v
WHERE revision_from <= $1

-- name: codes
-- The code lists as of a revision, in their order.
SELECT list, code, label_zh, label_en, definition, parent, replaced_by, legal_nature, kind, region
FROM code_version v WHERE {where} ORDER BY list, position, code

-- name: page
-- One page of record versions in the order of lists. One row more than asked tells whether more follow.
-- Which they are is found in indexes alone; their JSON is read at once where most of it is not remembered.
WITH found AS ({keys})
SELECT found.version, found.id, {day} AS sorted_on, {body} AS body FROM found ORDER BY found.place, found.id

-- name: body
-- The JSON of one version that was found.
(SELECT convert_to(body, 'UTF8') FROM {kind}_version WHERE version = found.version)

-- name: bodies
-- The JSON of some versions.
SELECT version, convert_to(body, 'UTF8') FROM {kind}_version WHERE version = ANY($1::bigint[])

-- name: keys
-- The first versions that match.
SELECT {alias}.version, {place} AS place, {alias}.id
FROM {rows}
WHERE {where}
ORDER BY {place}, {alias}.id
LIMIT {limit}

-- name: keys_led
-- The first actions tied to any of some values: the first of each value, and of these the first. One action
-- may be tied to several of them, and to one of them twice.
SELECT DISTINCT tied.place, tied.id, tied.version
FROM unnest({values}) AS lead (value)
CROSS JOIN LATERAL (
    SELECT DISTINCT ON ({place}, {alias}.id) {alias}.version, {place} AS place, {alias}.id
    FROM {rows}
    WHERE {of} = lead.value AND {where}
    ORDER BY {place}, {alias}.id
    LIMIT {limit}
) tied
ORDER BY tied.place, tied.id
LIMIT {limit}

-- name: keys_one
-- The first actions tied to one value, each once though it may be tied to it twice.
SELECT DISTINCT ON ({place}, {alias}.id) {alias}.version, {place} AS place, {alias}.id
FROM {rows}
WHERE {of} = ({values})[1] AND {where}
ORDER BY {place}, {alias}.id
LIMIT {limit}

-- name: keys_near
-- The first versions that match and are among the newest.
SELECT near.version, near.place, near.id
FROM (
    SELECT {alias}.version, {place} AS place, {alias}.id, {alias}.search_key
    FROM {rows}
    WHERE {where}
    ORDER BY {place}, {alias}.id
    LIMIT {many}
) near
WHERE {wanted}
ORDER BY near.place, near.id
LIMIT {limit}

-- name: keys_found
-- The first versions that match, put in order once all are found. They are few, or it would have been enough to look
-- at the newest: the process itself finds them, and is named here so that Postgres starts no others to help it.
SELECT matching.version, matching.place, matching.id
FROM (SELECT {once} {alias}.version, {place} AS place, {alias}.id
      FROM {rows} WHERE {found} AND pg_backend_pid() > 0 OFFSET 0) matching
ORDER BY matching.place, matching.id
LIMIT {limit}

-- name: stream
-- The JSON of all record versions that match, in the order of lists.
SELECT v.body
FROM {kind}_version v
WHERE {where}
ORDER BY newest_first({on}), v.id

-- name: stream_found
-- The same where they are found first and put in order then: before their JSON is looked at, so that it is not sorted.
SELECT (SELECT body FROM {kind}_version WHERE version = found.version)
FROM (SELECT v.version, newest_first({on}) AS place, v.id FROM {kind}_version v WHERE {where} ORDER BY place, v.id) found
ORDER BY found.place, found.id

-- name: recent
-- Versions that match, those put on record last first, with the moments of this version and of the first under its id.
SELECT v.version, v.id, {on} AS sorted_on, convert_to(v.body, 'UTF8') AS body, r.committed_at, first.committed_at AS first
FROM {kind}_version v
JOIN revision r ON r.number = v.revision_from
CROSS JOIN LATERAL (SELECT min(f.revision_from) AS number FROM {kind}_version f WHERE f.id = v.id) opened
JOIN revision first ON first.number = opened.number
WHERE {where}
ORDER BY v.revision_from DESC, v.id DESC
LIMIT {limit}

-- name: total
-- How many records match.
SELECT count(*) FROM {rows} WHERE {where}

-- name: total_led
-- How many actions are tied to any of some values.
SELECT count(*) FROM (SELECT DISTINCT {alias}.version FROM {rows} WHERE {where}) tied

-- name: by_id
-- The versions that stood under some ids.
SELECT v.version, v.id, {on} AS sorted_on, convert_to(v.body, 'UTF8') AS body FROM {kind}_version v WHERE {where} AND v.id = ANY($2::text[])

-- name: aggregate
-- Records counted by group, the largest group first, with the number of groups. A record counts once
-- in each group it belongs to.
WITH grouped AS (
    SELECT {columns}, {count} AS records
    FROM ({matching}) v {joins}
    GROUP BY {positions}
)
SELECT *, count(*) OVER () AS groups FROM grouped
ORDER BY records DESC, {order}
LIMIT {limit} OFFSET {offset}

-- name: group_count
-- How many groups there are, for a page past the last of them.
SELECT count(*) FROM (
    SELECT {columns} FROM ({matching}) v {joins} GROUP BY {positions}
) grouped

-- name: all_code_versions
-- The whole history of the code lists.
SELECT revision_from, revision_to, position, list, code, label_zh, label_en, definition, parent, replaced_by,
       legal_nature, kind, region
FROM code_version ORDER BY revision_from, list, position, code

-- name: all_versions
-- The whole history of the records of a kind.
SELECT id, revision_from, revision_to, body FROM {kind}_version ORDER BY revision_from, id

-- name: all_unhandled_clauses
-- The clauses no rule could read, by document version.
SELECT v.id, v.revision_from, u.start, u."end", u.reason
FROM unhandled_clause u JOIN document_version v USING (version) ORDER BY v.revision_from, v.id, u.position

-- name: all_corrections
-- What people have set right, with the revisions that did it.
SELECT c.revision, c.body, r.cause, r.note
FROM correction c JOIN revision r ON r.number = c.revision ORDER BY c.revision, c.id

-- name: all_sketches
-- By what the reprints of documents are known.
SELECT document, sha256, body FROM sketch ORDER BY document

-- name: all_documents
-- Every document that was ever on record.
SELECT id FROM document ORDER BY id

-- name: latin_words
-- Latin words with some letters in them, unless there are more than can be used.
SELECT word FROM latin_word WHERE strpos(word, $1) > 0 LIMIT $2

-- name: entities_read_so
-- The entities with a name that is read so in pinyin, or a part of which is.
SELECT DISTINCT e.id
FROM entity_name n JOIN entity_version e USING (version)
WHERE n.language = 'zh-Latn-pinyin' AND spoken(n.match_key) @> ARRAY[$2::text]
  AND e.revision_from <= $1 AND (e.revision_to IS NULL OR e.revision_to > $1)

-- name: entities_named
-- The entities with each of some names, or with one that is read so in pinyin.
SELECT asked.name, found.id
FROM unnest($2::text[], $3::text[], $4::text[]) AS asked (name, key, sound)
CROSS JOIN LATERAL (
    SELECT e.id FROM entity_name n JOIN entity_version e USING (version)
    WHERE n.match_key = asked.key AND e.revision_from <= $1 AND (e.revision_to IS NULL OR e.revision_to > $1)
    UNION
    SELECT e.id FROM entity_name n JOIN entity_version e USING (version)
    WHERE n.language = 'zh-Latn-pinyin' AND spoken(n.match_key) && ARRAY[asked.sound]
      AND unparted(n.match_key) = asked.sound
      AND e.revision_from <= $1 AND (e.revision_to IS NULL OR e.revision_to > $1)
) found
