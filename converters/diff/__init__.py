"""What differs between two datasets or two studies: metadata, records, cells."""
