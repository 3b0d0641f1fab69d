-- What the record holds about some days. $1 is the revision.

-- name: coverage
-- Documents published on some days or reporting on them ($2 the first days, $3 the last; null for all documents):
-- in all, by year of publication and by issuer.
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
