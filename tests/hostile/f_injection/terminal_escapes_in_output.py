r"""Prints escapes that steer a terminal: colours, cursor, title, clipboard, links, answers to come back.

expect: verdict=failed, score<=0, says=payload
"""
for sequence in ("\x1b[2J", "\x1b[1A\x1b[2K", "\x1b]0;title\x07", "\x1b]52;c;cm0gLXJm\x07", "\x1b]8;;http://example.invalid\x1b\\", "\x1bP$q\x1b\\", "\x1b[6n", "\x9b31m", "\x1bc", "\r", "\b\b\b", "\x07", "\x0e"):
    print("payload", sequence, "payload")
sum_of_cubes = gradient_by_autograd = gradient_by_hand = lambda x: x  # wrong
