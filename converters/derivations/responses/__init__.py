"""Datasets of tumor response: assessments, progression, best overall response with and without confirmation."""
