-- Copies of every stored run: other seeds of its setting, and beyond $seeds of them the same group again, earlier.
-- A copy has an id, times and numbers of its own; its curve and its model file are those of the run it copies.
CREATE TEMP TABLE copies AS
SELECT
    r.run_key AS original,
    r.run_key || '-' || copy AS run_key,
    copy % $seeds AS seed,
    copy // $seeds AS round,
    exp(0.3 * (hash(r.run_key, copy) / 18446744073709551616.0 - 0.5)) AS factor,
    CASE WHEN hash(copy, r.run_key) % 41 = 0 THEN 'crashed' WHEN hash(copy, r.run_key) % 67 = 0 THEN 'diverged' END AS state
FROM runs r, range(1, $copies) t(copy);

INSERT INTO runs
SELECT r.* REPLACE (
    c.run_key AS run_key,
    split_part(c.run_key, '/', 3) AS run_id,
    r.name || '-' || c.seed AS name,
    r."group" || CASE WHEN c.round > 0 THEN '-again-' || c.round ELSE '' END AS "group",
    coalesce(c.state, r.state) AS state,
    CASE c.state WHEN 'crashed' THEN 'It has no end and no news.' WHEN 'diverged' THEN 'acceleration_error is not finite.' END AS reason,
    r.created_at + INTERVAL 40 SECOND * c.seed - INTERVAL 9 DAY * c.round AS created_at,
    md5(c.run_key) AS record_hash,
    md5(c.run_key) AS config_hash,
    md5(c.run_key) AS model_sha256
)
FROM copies c
JOIN runs r ON r.run_key = c.original;

INSERT INTO parameters
SELECT p.* REPLACE (c.run_key AS run_key, c.seed AS seed)
FROM copies c
JOIN parameters p ON p.run_key = c.original;

INSERT INTO extra_parameters
SELECT e.* REPLACE (c.run_key AS run_key)
FROM copies c
JOIN extra_parameters e ON e.run_key = c.original;

INSERT INTO metrics
SELECT m.* REPLACE (
    c.run_key AS run_key,
    CASE WHEN c.state = 'diverged' THEN 'nan'::DOUBLE ELSE m.value * c.factor END AS value,
    list_transform(m.per_orbit, lambda x: x * c.factor) AS per_orbit
)
FROM copies c
JOIN metrics m ON m.run_key = c.original
WHERE c.state IS DISTINCT FROM 'crashed';

INSERT INTO history_stats
SELECT h.* REPLACE (
    c.run_key AS run_key,
    h."first" * c.factor AS "first",
    h."last" * c.factor AS "last",
    h."min" * c.factor AS "min",
    h."max" * c.factor AS "max"
)
FROM copies c
JOIN history_stats h ON h.run_key = c.original;

DROP TABLE copies;
