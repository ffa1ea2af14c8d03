"""What an import looks for in rows that can be stored: rules of the standards, tiling, flags.

Checks only tell: none changes or refuses a row, but for a file that mixes two class schemes.
"""
