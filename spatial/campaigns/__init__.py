"""Campaigns as data: which rulesets a land office's campaign joins, and the tables it prints. 专项"""
