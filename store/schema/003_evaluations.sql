-- What models were measured at after their runs ended. A row belongs to a model's bytes, not to a run: a sync that
-- replaces the run leaves it, and a run with another model does not show it.

CREATE TABLE evaluations (
    model_sha256 VARCHAR NOT NULL,
    metric       VARCHAR NOT NULL,
    dataset      VARCHAR NOT NULL,
    split        VARCHAR NOT NULL,
    aggregation  VARCHAR NOT NULL,
    value        DOUBLE,
    n_orbits     BIGINT NOT NULL,
    n_failed     BIGINT NOT NULL,
    code_version VARCHAR NOT NULL,
    per_orbit    DOUBLE[] NOT NULL,         -- in the order of the dataset's orbits
    measured_at  TIMESTAMP NOT NULL
);

-- Residual grids: the cells are in a file below grids/.
CREATE TABLE grids (
    grid_key     VARCHAR NOT NULL,          -- of model, settings and code version
    model_sha256 VARCHAR NOT NULL,
    settings     JSON NOT NULL,
    code_version VARCHAR NOT NULL,
    grid_file    VARCHAR NOT NULL,
    n_feasible   BIGINT NOT NULL,           -- cells
    n_failed     BIGINT,                    -- cells whose rollout failed; NULL without a rollout
    seconds      DOUBLE NOT NULL,
    measured_at  TIMESTAMP NOT NULL
);

-- All that is known of runs' metrics: as logged, and beyond that as measured later, by the newest code.
CREATE VIEW measured AS
SELECT run_key, metric, dataset, split, aggregation, value, n_orbits, n_failed, code_version, per_orbit
FROM metrics
UNION ALL
SELECT r.run_key, e.metric, e.dataset, e.split, e.aggregation, e.value, e.n_orbits, e.n_failed, e.code_version, e.per_orbit
FROM evaluations e
JOIN runs r USING (model_sha256)
ANTI JOIN metrics m
    ON m.run_key = r.run_key AND m.metric = e.metric AND m.dataset = e.dataset AND m.split = e.split
QUALIFY row_number() OVER (
    PARTITION BY r.run_key, e.metric, e.dataset, e.split ORDER BY e.measured_at DESC
) = 1;

CREATE OR REPLACE VIEW orbit_metrics AS
SELECT
    run_key,
    metric,
    dataset,
    split,
    unnest(range(len(per_orbit))) AS orbit, -- counted from 0
    unnest(per_orbit) AS value
FROM measured;
