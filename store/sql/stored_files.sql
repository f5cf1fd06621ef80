SELECT curve_file, model_file FROM runs
