SELECT run_key FROM runs WHERE "group" IS NOT DISTINCT FROM $group ORDER BY run_key
