"""Measurements of the engine on seeded, invented ground; nothing here is used by the site. 测速"""
