"""Results to the files and systems that people use already."""
