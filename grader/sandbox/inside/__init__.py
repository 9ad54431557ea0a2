"""Everything that shares a process with student code. Imports nothing of the grader but the wire."""
