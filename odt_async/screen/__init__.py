"""What `odt watch` shows: runs as their files tell of them, as lines of text, on a live terminal or once."""
