"""How large a sweep file may be, and what it stands for: what lies beyond is a slip of the pen, and would never end."""

MOST_RUNS = 100_000  # of one sweep
MOST_BYTES = 2**26  # of a sweep file that is looked at
MOST_CHARACTERS = 2**20  # of one that is read
MOST_ENTRIES = 25_000  # lines and entries of lists and mappings, as written
MOST_VALUES = 200_000  # once every alias stands for what it names
MOST_NESTED = 40
MOST_ORBITS = 100_000  # of a dataset by name
MOST_STAGES = 1000
MOST_STEPS = 10**9  # of one stage
MOST_WIDTH = 2**16
MOST_DEPTH = 1000
MOST_WEIGHTS = 2**30  # of one model's hidden layers
