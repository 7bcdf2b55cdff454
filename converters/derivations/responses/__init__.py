"""Datasets of tumor response: assessments, progression, best response with and without confirmation."""
