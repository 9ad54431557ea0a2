"""A model, a file and a tensor."""


def identity(x):
    raise NotImplementedError


def build_model():
    raise NotImplementedError


def file_size(path):
    raise NotImplementedError
