"""ADTTE and ADSL to tables for survival tools. Needs no pandas: `survival.survival` makes a table."""
