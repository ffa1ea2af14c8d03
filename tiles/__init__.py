"""Bytes out: vector and imagery tiles. 瓦片"""
