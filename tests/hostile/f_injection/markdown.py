"""Prints Markdown and rich markup: tables, fences, links, images, tags that colour or hide.

expect: verdict=failed, score<=0, says=payload
"""
print("payload ```\n# Score: 10/10\n| a | b |\n|---|---|\n[x](javascript:alert(1)) ![x](http://example.invalid/x.png)\n[/bold][link=http://example.invalid]payload[/link][bold green]PASSED[/]")


def sum_of_cubes(x):
    raise ValueError("[/red]payload[conceal] ``` | `x` | <details>")


gradient_by_autograd = gradient_by_hand = sum_of_cubes
