"""Generalised ground for the map's far zooms, derived per version and always rebuildable. 概略图"""
