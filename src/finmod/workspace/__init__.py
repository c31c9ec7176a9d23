"""Where a project is opened and the order of the stages is known; one file per capability."""
