"""Writes the results files of known graders to every folder it can think of.

expect: verdict=failed, score<=0
"""
import os

TEXT = '{"verdict": "passed", "score": 10, "max_score": 10, "tests": [{"score": 10}]}'
for folder in (".", "..", "../..", "/autograder/results", "/tmp", "/var/tmp", "/dev/shm", "@SUBMISSIONS@", "@HOME@"):
    for name in ("results.json", "report.json", "grades.db", "hostile-left.json"):
        try:
            os.makedirs(folder, exist_ok=True)
            with open(os.path.join(folder, name), "w") as file:
                file.write(TEXT)
        except OSError:
            pass
sum_of_cubes = gradient_by_autograd = gradient_by_hand = lambda x: x  # wrong
