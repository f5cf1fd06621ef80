-- How many runs were trained by the code of each numerics; NULL: another program's runs, or not on record.
SELECT numerics, count(*) AS n_runs
FROM runs
GROUP BY numerics
ORDER BY numerics NULLS LAST
