-- Where a number comes from: the numerics of the code that made it, what an import assumed, and checksums of curves.
-- NULL: not known, as of all that was stored before.

DROP VIEW orbit_metrics;
DROP VIEW measured;

ALTER TABLE runs ADD COLUMN sweep_id VARCHAR;       -- of the W&B sweep whose agent started the run
ALTER TABLE runs ADD COLUMN assumed VARCHAR;        -- JSON {key: value} that the run did not log and its model was read with
ALTER TABLE runs ADD COLUMN numerics BIGINT;        -- of the code that trained it; NULL for another program's run
ALTER TABLE runs ADD COLUMN curve_sha256 VARCHAR;   -- of the bytes of the curve's file

ALTER TABLE metrics ADD COLUMN numerics BIGINT;     -- of the code that measured it
ALTER TABLE evaluations ADD COLUMN numerics BIGINT;
ALTER TABLE grids ADD COLUMN numerics BIGINT;

-- All that is known of runs' metrics: as logged, and beyond that as measured later, by the newest code.
CREATE VIEW measured AS
SELECT run_key, metric, dataset, split, aggregation, value, n_orbits, n_failed, code_version, numerics, per_orbit
FROM metrics
UNION ALL
SELECT
    r.run_key, e.metric, e.dataset, e.split, e.aggregation, e.value, e.n_orbits, e.n_failed, e.code_version, e.numerics,
    e.per_orbit
FROM evaluations e
JOIN runs r USING (model_sha256)
ANTI JOIN metrics m
    ON m.run_key = r.run_key AND m.metric = e.metric AND m.dataset = e.dataset AND m.split = e.split
QUALIFY row_number() OVER (
    PARTITION BY r.run_key, e.metric, e.dataset, e.split ORDER BY e.measured_at DESC
) = 1;

CREATE VIEW orbit_metrics AS
SELECT
    run_key,
    metric,
    dataset,
    split,
    unnest(range(len(per_orbit))) AS orbit, -- counted from 0
    unnest(per_orbit) AS value
FROM measured;
