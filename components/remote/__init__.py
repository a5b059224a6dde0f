"""SSH: the machines that commands run on, and the commands. Nothing else in the program opens a connection."""
