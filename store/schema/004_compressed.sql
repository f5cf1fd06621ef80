-- Configs and summaries are long texts, and alike from run to run: compressed, they are a small part of the catalogue
-- instead of the largest. A column's compression is chosen where its table is made, so the table is made anew.

DROP VIEW orbit_metrics;
DROP VIEW measured;
ALTER TABLE runs RENAME TO runs_before;

CREATE TABLE runs (
    run_key          VARCHAR NOT NULL,      -- 'entity/project/run_id'
    entity           VARCHAR NOT NULL,
    project          VARCHAR NOT NULL,
    run_id           VARCHAR NOT NULL,
    name             VARCHAR NOT NULL,
    "group"          VARCHAR,
    state            VARCHAR NOT NULL CHECK (
        state IN ('finished', 'running', 'crashed', 'failed', 'killed', 'diverged')
    ),
    reason           VARCHAR,               -- why the run is not "finished", or what could not be read of it
    created_at       TIMESTAMP,
    finished_at      TIMESTAMP,
    duration         DOUBLE,                -- s, from created_at to finished_at
    tags             VARCHAR[] NOT NULL,
    notes            VARCHAR,
    url              VARCHAR,
    source           VARCHAR NOT NULL CHECK (source IN ('local', 'api')),
    record_hash      VARCHAR NOT NULL,      -- of all that the source says of the run; equal: nothing to do
    setting_hash     VARCHAR NOT NULL,      -- equal for runs that differ by their seeds alone
    config_hash      VARCHAR NOT NULL,      -- equal for runs that compute the same
    config           JSON NOT NULL USING COMPRESSION zstd,
    summary          JSON NOT NULL USING COMPRESSION zstd,
    curve_file       VARCHAR,               -- below curves/; NULL for a run without history
    n_history_rows   BIGINT NOT NULL,
    model_file       VARCHAR,               -- below models/
    model_sha256     VARCHAR,
    model_bytes      BIGINT,
    model_problem    VARCHAR,               -- why there is no model file, in a sentence
    n_parameters     BIGINT,                -- of the model
    train_seconds    DOUBLE                 -- s, this run's share of its program's run time
);
INSERT INTO runs SELECT * FROM runs_before;
DROP TABLE runs_before;

-- As in 003.
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

CREATE VIEW orbit_metrics AS
SELECT
    run_key,
    metric,
    dataset,
    split,
    unnest(range(len(per_orbit))) AS orbit, -- counted from 0
    unnest(per_orbit) AS value
FROM measured;
