"""The studies of the team: what each asks, its answer in a sentence, and its picture."""
