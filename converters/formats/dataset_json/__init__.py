"""Dataset-JSON: .json, .ndjson and their compressed forms."""
