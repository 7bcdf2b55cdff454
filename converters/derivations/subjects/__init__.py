"""ADSL, from the demographics of each subject and from declared sources."""
