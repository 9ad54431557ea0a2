"""One exercise made into what a platform or a class takes: an archive with the exercise and this grader in it.

The references never go along, and no other exercise does.
"""
