-- The catalogue: everything of a run but its curves and its model, which are files beside it.
-- A missing value is NULL. Times are UTC without saying so, which every client reads alike. Keys are unique because the one writer replaces runs whole; there is no
-- PRIMARY KEY, which would make every sync several times slower.

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
    config           JSON NOT NULL,
    summary          JSON NOT NULL,
    curve_file       VARCHAR,               -- below curves/; NULL for a run without history
    n_history_rows   BIGINT NOT NULL,
    model_file       VARCHAR,               -- below models/
    model_sha256     VARCHAR,
    model_bytes      BIGINT,
    model_problem    VARCHAR,               -- why there is no model file, in a sentence
    n_parameters     BIGINT,                -- of the model
    train_seconds    DOUBLE                 -- s, this run's share of its program's run time
);

-- One typed column per key of a sweep file's `data` and `parameters`; schedules are canonical JSON text.
CREATE TABLE parameters (
    run_key                 VARCHAR NOT NULL,
    dataset_name            VARCHAR,
    problem                 VARCHAR,
    test_dataset            VARCHAR,
    length_strategy         VARCHAR,
    lr_strategy             VARCHAR,
    steps_strategy          VARCHAR,
    segment_length_strategy VARCHAR,
    width                   BIGINT,
    depth                   BIGINT,
    train_val_split         DOUBLE,
    batch_size              BIGINT,
    num_trajs               BIGINT,
    seed                    BIGINT,
    loss_fcn                VARCHAR,
    activation              VARCHAR,
    feature_layer           VARCHAR,
    output_layer            VARCHAR,
    planar_constraint       BOOLEAN,
    rtol                    DOUBLE,
    atol                    DOUBLE,
    optimizer               VARCHAR,
    normalization           VARCHAR,
    augmentation            VARCHAR,
    solver_engine           VARCHAR,
    eval_every              BIGINT,
    -- From the summary: what the data and the schedules came to.
    num_train_orbits        BIGINT,
    num_total_orbits        BIGINT,
    num_total_segments      BIGINT,
    segment_ratio_final     DOUBLE          -- %, 100 x segment length / samples of an orbit, in the last stage
);

-- Keys that are no typed column, and known keys with a value that their definition refuses.
CREATE TABLE extra_parameters (
    run_key VARCHAR NOT NULL,
    key     VARCHAR NOT NULL,
    value   JSON NOT NULL
);

-- What a run was measured at. NaN and infinity are values here, not missing ones.
CREATE TABLE metrics (
    run_key      VARCHAR NOT NULL,
    metric       VARCHAR NOT NULL,
    dataset      VARCHAR,                   -- NULL: the run does not say
    split        VARCHAR NOT NULL,
    aggregation  VARCHAR NOT NULL,
    value        DOUBLE,
    n_orbits     BIGINT,
    n_failed     BIGINT,
    code_version VARCHAR,
    per_orbit    DOUBLE[]                   -- in the order of the dataset's orbits
);

CREATE VIEW orbit_metrics AS
SELECT
    run_key,
    metric,
    dataset,
    split,
    unnest(range(len(per_orbit))) AS orbit, -- counted from 0
    unnest(per_orbit) AS value
FROM metrics;

-- One row per history key. "min" and "max" are over finite values, and NULL where there is none.
CREATE TABLE history_stats (
    run_key     VARCHAR NOT NULL,
    key         VARCHAR NOT NULL,
    n           BIGINT NOT NULL,
    "first"     DOUBLE,
    "last"      DOUBLE,
    "min"       DOUBLE,
    "max"       DOUBLE,
    step_of_min BIGINT
);

-- Bookkeeping: the syncs that published something.
CREATE TABLE syncs (
    version     BIGINT NOT NULL,
    source      VARCHAR NOT NULL,
    finished_at TIMESTAMP NOT NULL,
    n_new       BIGINT NOT NULL,
    n_changed   BIGINT NOT NULL,
    n_unchanged BIGINT NOT NULL,
    n_failed    BIGINT NOT NULL
);
