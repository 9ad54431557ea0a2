"""Writes into the shell's start-up files, the crontab, authorized_keys and git hooks; removes and renames them.

expect: verdict=failed, score<=0
"""
import os

for path in (".bashrc", ".profile", ".netrc", ".ssh/authorized_keys", ".ssh/id_ed25519", "course/.git/config", "course/.git/hooks/post-merge"):
    whole = os.path.join("@HOME@", path)
    for harm in (
        lambda: open(whole, "a").write("hostile"),
        lambda: open(whole, "w").close(),
        lambda: os.truncate(whole, 0),
        lambda: os.unlink(whole),
        lambda: os.rename(whole, whole + "-hostile-left"),
        lambda: os.mkdir(whole + "-hostile-left"),
    ):
        try:
            harm()
            print("CAN" "ARY-harm", path)
        except OSError:
            pass
sum_of_cubes = gradient_by_autograd = gradient_by_hand = lambda x: x  # wrong
