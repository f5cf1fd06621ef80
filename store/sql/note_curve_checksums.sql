UPDATE runs SET curve_sha256 = noted.curve_sha256 FROM noted WHERE runs.run_key = noted.run_key
