-- Entities by names that are nearly theirs, and what the record says about them. {where} is filled in by db/reconciling.py,
-- from fixed texts only; every value is a bound parameter. $1 is always the revision.

-- name: entity_candidates
-- The entities that each of some texts may mean, the likeliest first: those with that id or name, those read so or in
-- part so, and those whose names share characters, pairs of characters or Latin words with it. What few have counts
-- for more; of what very many have some are enough, since something else must decide between them. Single characters
-- are looked for only where there are few: of more, some pair stays even if one is wrong.
SELECT asked.place::integer AS place, likely.id
FROM unnest($2::text[], $3::text[], $4::text[]) WITH ORDINALITY AS asked (name, key, sound, place)
CROSS JOIN LATERAL (
    SELECT found.id, sum(found.weight) AS weight
    FROM (
        SELECT v.id, 1000.0 AS weight FROM entity_version v WHERE v.id = asked.name AND {where}
        UNION ALL
        SELECT v.id, 1000.0 FROM entity_name n JOIN entity_version v USING (version)
        WHERE n.match_key = asked.key AND {where}
        UNION ALL
        SELECT spelt.id, 10.0 * char_length(asked.sound) / greatest(char_length(spelt.sound), 1)
        FROM (
            SELECT v.id, unparted(n.match_key) AS sound FROM entity_name n JOIN entity_version v USING (version)
            WHERE n.language = 'zh-Latn-pinyin' AND spoken(n.match_key) && ARRAY[asked.sound] AND {where}
            LIMIT $5
        ) AS spelt
        UNION ALL
        SELECT sharing.id, sharing.weight
        FROM (
            SELECT DISTINCT piece FROM unnest(pieces(asked.key)) AS piece
            WHERE btrim(piece, E' \n') <> '' AND (char_length(piece) > 1 OR char_length(asked.key) < 4)
        ) AS parts
        CROSS JOIN LATERAL (
            SELECT holding.id, 1.0 / count(*) OVER () AS weight
            FROM (
                SELECT v.id FROM entity_version v
                WHERE pieces(v.search_key) @> ARRAY[parts.piece] AND {where}
                LIMIT $5
            ) AS holding
        ) AS sharing
    ) AS found
    GROUP BY found.id
    ORDER BY weight DESC, found.id
    LIMIT $6
) AS likely
ORDER BY asked.place, likely.weight DESC, likely.id

-- name: entity_facts
-- What the actions say that name some entities: in numbers, in codes, and who is said to run them.
WITH tied AS (
    SELECT DISTINCT v.entity, v.version FROM action_entity v WHERE v.entity = ANY($2::text[]) AND {where}
)
SELECT t.entity, 'actions' AS what, NULL AS value, NULL AS name, count(*) AS number,
       min(a.acted_on) AS first, max(a.acted_on) AS last
FROM tied t JOIN action_version a USING (version) GROUP BY t.entity
UNION ALL
SELECT t.entity, c.list, c.code, NULL, count(*), NULL, NULL
FROM tied t JOIN action_code c USING (version)
WHERE c.list IN ('measures', 'categories', 'authorities') GROUP BY t.entity, c.list, c.code
UNION ALL
SELECT v.entity, 'operators', v.operator, min(v.operator_name), count(DISTINCT v.version), NULL, NULL
FROM action_entity v
WHERE v.entity = ANY($2::text[]) AND v.operator IS NOT NULL AND {where} GROUP BY v.entity, v.operator
UNION ALL
SELECT v.operator, 'operated', NULL, NULL, count(DISTINCT v.version), NULL, NULL
FROM action_entity v WHERE v.operator = ANY($2::text[]) AND {where} GROUP BY v.operator
ORDER BY number DESC, value
