"""Returns containers that change, lie about their length or raise while somebody walks through them.

expect: verdict=failed|crashed, score<=0
"""


class Growing(list):
    def __iter__(self):
        for number in range(10 ** 9):
            yield number


class Liar(dict):
    def items(self):
        yield "key", "value"
        raise SystemExit(0)


class Hidden(tuple):
    def __len__(self):
        return 10 ** 15


sum_of_cubes = lambda x: Growing([1])
gradient_by_autograd = lambda x: Liar({"a": 1})
gradient_by_hand = lambda x: Hidden((1, 2))
