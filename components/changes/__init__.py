"""What keeps a live cluster alive while it is changed, one operation a file."""
