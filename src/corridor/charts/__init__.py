"""Every chart and map, drawn once for report, page and notebook."""
