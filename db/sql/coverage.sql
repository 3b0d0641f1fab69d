-- What the record holds about some days: $2 the first days, $3 the last. $1 is the revision.

-- name: coverage
-- Documents published on some days or reporting on them, all where these are null: in all, by year of publication and
-- by issuer.
SELECT GROUPING(issuer) = 1 AND GROUPING(year) = 1 AS whole, GROUPING(year) = 0 AS of_year, year, issuer,
    count(*) AS documents, count(*) FILTER (WHERE reprint_of IS NULL) AS announcements,
    min(published_on) AS earliest, max(published_on) AS latest,
    count(*) FILTER (WHERE published_on IS NULL) AS undated,
    count(*) FILTER (WHERE basis = 'transcribed') AS transcribed,
    coalesce(sum(clauses_unhandled), 0) AS unhandled_clauses
FROM (
    SELECT v.*, date_part('year', v.published_on)::int AS year
    FROM document_version v
    WHERE {where} AND ($2::date[] IS NULL OR EXISTS (
        SELECT FROM unnest($2::date[], $3::date[]) days (first, last)
        WHERE v.published_on BETWEEN days.first AND days.last
            OR (v.period_start <= days.last AND v.period_end >= days.first)))
) covered
GROUP BY GROUPING SETS ((), (year), (issuer))
ORDER BY whole DESC, of_year DESC, year NULLS LAST, announcements DESC, issuer NULLS LAST

-- name: extent
-- All documents, whatever days were asked for.
SELECT count(*) AS documents, count(*) FILTER (WHERE reprint_of IS NULL) AS announcements,
    min(published_on) AS earliest, max(published_on) AS latest
FROM document_version v WHERE {where}

-- name: not_named
-- Actions whose announcements do not name everyone they are about.
SELECT count(*) FROM {rows} WHERE {where} AND (v.open_ended OR v.unnamed_subject IS NOT NULL)

-- name: unknown_names
-- Which of some names ($2, as they are compared $3) and ids are those of no entity.
SELECT asked.name FROM unnest($2::text[], $3::text[]) WITH ORDINALITY asked (name, key, place)
WHERE NOT EXISTS (SELECT FROM entity_version v WHERE v.id = asked.name AND {where})
    AND NOT EXISTS (SELECT FROM entity_name n JOIN entity_version v USING (version)
                    WHERE n.match_key = asked.key AND {where})
ORDER BY asked.place
