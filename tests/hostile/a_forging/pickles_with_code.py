"""Returns objects whose pickle would run code in whoever unpickles them, and such pickles as bytes.

expect: verdict=failed, score<=0
"""
import pickle


class Bomb:
    def __reduce__(self):
        return __import__("os").system, ("touch /tmp/hostile-left-pickle",)


sum_of_cubes = lambda x: Bomb()
gradient_by_autograd = lambda x: pickle.dumps(Bomb())
gradient_by_hand = lambda x: {"state": Bomb(), "again": [pickle.dumps(Bomb())]}
