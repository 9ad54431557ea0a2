"""Links secrets into its scratch folder, and moves its scratch's files out.

expect: verdict=failed, score<=0
"""
import os

for number, path in enumerate(("@HOME@/.netrc", "@SUBMISSIONS@/neighbour.py", "@COURSE@/.git/config", "/etc/passwd")):
    try:
        os.link(path, f"linked-{number}")
        print(open(f"linked-{number}").read(), "CAN" "ARY-linked")
    except OSError:
        pass
open("mine", "w").close()
for target in ("@HOME@/hostile-left", "@SUBMISSIONS@/hostile-left.py", "/tmp/hostile-left"):
    for move in (os.link, os.rename):
        try:
            move("mine", target)
            print("CAN" "ARY-moved")
        except OSError:
            pass
sum_of_cubes = gradient_by_autograd = gradient_by_hand = lambda x: x  # wrong
