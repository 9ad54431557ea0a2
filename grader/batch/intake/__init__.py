"""What a class handed in, from whatever it comes in."""
