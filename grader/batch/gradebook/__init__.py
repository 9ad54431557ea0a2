"""What goes back: a gradebook for people, and scores in the files of learning platforms."""
