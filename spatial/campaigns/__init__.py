"""Campaigns as data: the rulesets that each joins, and the tables that it prints. 专项"""
