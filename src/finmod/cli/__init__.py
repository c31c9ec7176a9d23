"""The command line: parse, call the workspace, show. No arithmetic."""
