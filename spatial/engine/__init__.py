"""Partition, judgement, explanation, ratios: it knows no law. 引擎"""
