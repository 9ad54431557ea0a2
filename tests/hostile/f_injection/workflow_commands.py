"""Prints lines that a CI runner takes for commands.

expect: verdict=failed, score<=0, says=payload
"""
for line in ("::set-output name=score::10", "::error::payload", "  ::add-mask::a", "##[error]payload", "##vso[task.complete result=Succeeded;]payload", "::stop-commands::x", "\n::endgroup::", "\r::warning::payload"):
    print(line)


def sum_of_cubes(x):
    raise ValueError("\n::error::payload\n##[group]payload")


gradient_by_autograd = gradient_by_hand = sum_of_cubes
