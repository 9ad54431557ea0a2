"""Maps a file and cuts it short.

expect: verdict=crashed, score<=0, says=bus error
"""
import mmap


def cut(x):
    with open("file", "wb+") as file:
        file.write(bytes(1 << 16))
        file.flush()
        view = mmap.mmap(file.fileno(), 1 << 16)
        file.truncate(0)
        return view[5000]


sum_of_cubes = gradient_by_autograd = gradient_by_hand = cut
