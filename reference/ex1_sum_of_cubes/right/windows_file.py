# -*- coding: utf-8 -*-
"""Saved on Windows: a BOM, a coding cookie, CRLF and tabs. Somme des cubes, dérivée."""
import torch


def sum_of_cubes(x):
	return (x**3).sum()


def gradient_by_autograd(x):
	x = x.detach().clone()
	x.requires_grad_()
	sum_of_cubes(x).backward()
	return x.grad


def gradient_by_hand(x):
	return 3 * x**2
