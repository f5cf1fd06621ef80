-- One short text for all that a run says of some keys: equal for runs that say the same.
SELECT
    e.run_key,
    lpad(printf('%x', bit_xor(hash(e.key, e.value::VARCHAR)) >> 32), 8, '0') AS variant
FROM matched
JOIN extra_parameters e USING (run_key)
WHERE e.key IN (SELECT unnest($keys))
GROUP BY e.run_key
