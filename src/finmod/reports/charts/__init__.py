"""Charts as SVG text, for pages, print and mail: frozen records in, text out; no file, no clock, no script."""
