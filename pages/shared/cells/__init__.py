"""Cells of runs that share two or three parameters: the maps and the curves of Architecture and Segment ratio."""
